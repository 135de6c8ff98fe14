import { TenantAdminService } from '../src/admin/index.js';
import { startApp, type TestApp } from './support/app.js';
import { dropAll, newTenant } from './support/tenants.js';

const tellings = ({ log }: TestApp): unknown[] => log.filter(({ msg }) => /\bopen\b/.test(String(msg))).map(({ level, tenants }) => [level, tenants]);
const [INFO, WARN] = [30, 40];

describe('An open deployment', () => {
  it('is told of in the log, at the start and when it becomes one, once each', async () => {
    const service = await startApp();
    const { key } = await newTenant(service, { auth: { http: 'required', sockets: 'open' } });
    const required = await newTenant(service, { auth: { http: 'required', sockets: 'required' } });
    expect(tellings(service)).toEqual([[WARN, [key]]]);
    await service.app.get(TenantAdminService).put(required.key, { auth: { http: 'open' } });
    expect(tellings(service).slice(1)).toEqual([[WARN, [key, required.key].sort()]]);
    for (const one of [key, required.key]) await service.app.get(TenantAdminService).put(one, { auth: null });
    expect(tellings(service).at(-1)).toEqual([INFO, undefined]);
    await service.app.get(TenantAdminService).put(key, { auth: { http: 'open' } });
    const again = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    expect(tellings(again)).toEqual([[WARN, [key]]]);
    await again.close();
    await dropAll(service);
    await service.close();
  });
});
