import { Injectable } from '@nestjs/common';

import { BroughtLocationRepository, type Location } from '../../location/index.js';
import type { Id } from '../../mongo/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { ofLocation } from './checksum.js';
import type { OldDocument } from './old-documents.js';
import { dateOfLocation, toOldLocation } from './old-location.js';
import type { Deployment, NewestLocation } from './old-query.js';
import { checkSize, type Sized } from './sized.js';
import type { SourceRepository } from './source.repository.js';
import type { Tally } from './tally.js';
import { tryAgain } from './trying.js';

/** Whose locations are brought, and how. */
export interface LocationOptions {
  readonly source: SourceRepository;
  readonly deployment: Deployment;
  /** Only those of this id and later ones; null: all. */
  readonly from: Id | null;
  readonly dryRun: boolean;
}

/** A location as it should be here, and its checksum in the source. */
interface Read {
  readonly location: Location;
  readonly checksum: string;
}

const AT_ONCE = 1_000;

/** Moves in where agents were last on their orders. */
@Injectable()
export class LocationImport {
  constructor(private readonly locations: BroughtLocationRepository) {}

  /** Brings each agent's newest location on each order; nothing of a source with other deployments, because a location does not say whose it is. */
  async bring(tenant: Tenant, options: LocationOptions, tally: Tally): Promise<void> {
    const { source, deployment, from } = options;
    if (await source.hasOthers(deployment)) {
      tally.leave('userlocations', await source.countLocations(from), 'the source has several deployments, and a location does not say whose it is');
      return;
    }
    const some: NewestLocation[] = [];
    for await (const one of source.newestLocations(from)) {
      some.push(one);
      if (some.length === AT_ONCE) await this.bringSome(tenant, some.splice(0), options, tally);
    }
    if (some.length > 0) await this.bringSome(tenant, some, options, tally);
  }

  private async bringSome(tenant: Tenant, some: readonly NewestLocation[], { source, dryRun }: LocationOptions, tally: Tally): Promise<void> {
    tally.leave('userlocations', some.reduce((sum, { older }) => sum + older, 0), 'the agent has a newer one on the order');
    const all: Read[] = [];
    for await (const sized of source.readLocations(some.map(({ id }) => id))) {
      const read = understand(sized, tally);
      if (read !== null) all.push(read);
    }
    if (all.length === 0) return;
    const ids = all.map(({ location }) => location._id);
    const there = await this.find(tenant, ids);
    const missing = all.filter(({ location }) => !there.has(location._id.toHexString()));
    if (missing.length > 0 && !dryRun) await tryAgain(() => this.locations.insertMissing(tenant, missing.map(({ location }) => location)));
    tally.written.userlocations += missing.length;
    tally.there.userlocations += all.length - missing.length;
    if (!dryRun) compare(all, await this.find(tenant, ids), tally);
  }

  private async find(tenant: Tenant, ids: readonly Id[]): Promise<ReadonlyMap<string, Location>> {
    const found = await tryAgain(() => this.locations.find(tenant, ids));
    return new Map(found.map((location) => [location._id.toHexString(), location]));
  }
}

function understand(sized: Sized, tally: Tally): Read | null {
  const { document: old } = sized;
  tally.read('userlocations');
  try {
    checkSize(sized.bytes);
    return { location: toOldLocation(old, (field) => tally.leaveOut('userlocations', field)), checksum: ofLocation(old, dateOfLocation(old)) };
  } catch (error) {
    tally.misunderstand('userlocations', old._id, error);
    return null;
  }
}

function compare(all: readonly Read[], stored: ReadonlyMap<string, Location>, tally: Tally): void {
  for (const { location: { _id: id }, checksum } of all) {
    const here = stored.get(id.toHexString());
    if (here === undefined) tally.differ('userlocations', id, 'the location is not in the tenant');
    else if (ofLocation(here as unknown as OldDocument, here.created_date) !== checksum) tally.differ('userlocations', id, 'the stored location differs');
  }
}
