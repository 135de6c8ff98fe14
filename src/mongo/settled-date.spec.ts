import { toSettledDate } from './settled-date.js';

const at = (time: string): Date => new Date(`2026-11-23T${time}Z`);
const primary = { isWritablePrimary: true, localTime: at('12:00:00.500') };

describe('toSettledDate', () => {
  it("lies two minutes before the primary's clock where most members have all that it wrote", () => {
    expect(toSettledDate({ ...primary, lastWrite: { majorityWriteDate: at('12:00:00.500') } })).toEqual(at('11:58:00.500'));
  });

  it('lies two minutes before the newest write that most members have, where they are behind', () => {
    expect(toSettledDate({ ...primary, lastWrite: { majorityWriteDate: at('11:40:00.000') } })).toEqual(at('11:38:00.000'));
  });

  it("goes by the primary's clock where an earlier primary's was ahead", () => {
    expect(toSettledDate({ ...primary, lastWrite: { majorityWriteDate: at('13:00:00.000') } })).toEqual(at('11:58:00.500'));
  });

  it('goes by the clock of a router, which says nothing of writes', () => {
    expect(toSettledDate(primary)).toEqual(at('11:58:00.500'));
  });

  it('is not known from a member that is no primary', () => {
    expect(toSettledDate({ ...primary, isWritablePrimary: false, lastWrite: { majorityWriteDate: at('12:00:00.000') } })).toBeNull();
    expect(toSettledDate({})).toBeNull();
  });
});
