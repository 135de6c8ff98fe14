import { AuditRepository, THIS_SERVICE } from '../../src/audit/index.js';
import { ImportService, Progress, SourceRepository, Tally, toSummary, type ImportOptions, type Summary } from '../../src/maintenance/index.js';
import { BroughtLocationRepository } from '../../src/location/index.js';
import { LocationImport } from '../../src/maintenance/import/location-import.js';
import { ImportSessionRepository } from '../../src/maintenance/import/import-session.repository.js';
import { PartStore } from '../../src/maintenance/import/part-store.js';
import { RoomImport } from '../../src/maintenance/import/room-import.js';
import { Verification } from '../../src/maintenance/import/verification.js';
import type { Finding } from '../../src/maintenance/import/tally.js';
import { BroughtMessageRepository, MessageRepository } from '../../src/message/index.js';
import { ControlDatabase } from '../../src/mongo/index.js';
import { BroughtRoomRepository } from '../../src/room/index.js';
import type { Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from './app.js';

/** How an import ended, and what it told of single documents. */
export type Moved = Summary & { readonly findings: readonly Finding[]; readonly progress: string };

/** Moves a deployment of a database on the tests' MongoDB into a tenant, in this process. */
export async function moveIn({ app }: TestApp, tenant: Tenant, database: string, options: Partial<ImportOptions> = {}, uri = process.env.MONGODB_URI ?? ''): Promise<Moved> {
  const [rooms, brought] = [app.get(BroughtRoomRepository), app.get(BroughtMessageRepository)];
  const sessions = new ImportSessionRepository(app.get(ControlDatabase), rooms);
  const parts = new PartStore(rooms, brought, app.get(MessageRepository), sessions);
  const service = new ImportService(rooms, new RoomImport(parts, new Verification(rooms, brought)), new LocationImport(app.get(BroughtLocationRepository)), sessions, app.get(AuditRepository));
  const source = await SourceRepository.open(uri, database);
  const findings: Finding[] = [];
  const tally = new Tally((finding) => findings.push(finding));
  const said: string[] = [];
  const progress = new Progress({ write: (text) => said.push(text) });
  try {
    const all: ImportOptions = { deployment: null, from: null, dryRun: false, intoExisting: false, actor: THIS_SERVICE, ...options };
    const census = await service.run(tenant, all, { source, tally, progress });
    progress.end();
    return { ...toSummary(tally, census, { dryRun: all.dryRun, seconds: 0 }), findings, progress: said.join('') };
  } finally {
    await source.close();
  }
}
