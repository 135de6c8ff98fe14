import { CardStore, type Card } from './card-store.js';

const card = (id: string, bytes = 360, revision = '1'): Card => ({ id, revision, plain: Buffer.alloc(bytes), packed: null, isUsed: false });
/** What a card of 360 bytes counts. */
const ONE = 1_000;

function names(store: CardStore, tenant: string, all: readonly string[], revision = '1'): string[] {
  return all.filter((name) => store.find(tenant, name, revision) !== null);
}

describe('CardStore', () => {
  it('finds a card in the state that it has, and in no other', () => {
    const store = new CardStore(10 * ONE);
    store.put('ace', 'a', card('a'));
    expect(store.find('ace', 'a', '1')?.id).toBe('a');
    expect([store.find('ace', 'a', '2'), store.find('ace', 'b', '1'), store.find('beta', 'a', '1')]).toEqual([null, null, null]);
  });

  it('keeps the newest state only, and counts each card once', () => {
    const store = new CardStore(10 * ONE);
    store.put('ace', 'a', card('a'));
    store.put('ace', 'a', card('a', 1_360, '2'));
    expect([store.find('ace', 'a', '1'), store.find('ace', 'a', '2')?.revision, store.bytes]).toEqual([null, '2', 2 * ONE]);
  });

  it('never takes more bytes than it may, whatever is put into it', () => {
    const store = new CardStore(10 * ONE);
    for (let at = 0; at < 100; at++) {
      store.put(`tenant ${at % 7}`, `card ${at}`, card(`${at}`, (at * 37) % 3_000));
      expect(store.bytes).toBeLessThanOrEqual(10 * ONE);
    }
  });

  it('takes no card that is larger than all it may hold', () => {
    const store = new CardStore(10 * ONE);
    store.put('ace', 'huge', card('huge', 20 * ONE));
    expect([store.find('ace', 'huge', '1'), store.bytes]).toEqual([null, 0]);
  });

  it('gives up what was not used for the longest time', () => {
    const store = new CardStore(3 * ONE);
    for (const name of ['a', 'b', 'c']) store.put('ace', name, card(name));
    store.find('ace', 'a', '1');
    store.put('ace', 'd', card('d'));
    expect(names(store, 'ace', ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
    expect(store.evicted).toBe(1);
  });

  it('takes a new card also where all others are in use', () => {
    const store = new CardStore(200 * ONE);
    const all = Array.from({ length: 200 }, (_, at) => `card ${at}`);
    for (const name of all) store.put('ace', name, card(name));
    expect(names(store, 'ace', all)).toEqual(all);
    store.put('ace', 'new', card('new'));
    expect([names(store, 'ace', all).length, names(store, 'ace', ['new'])]).toEqual([199, ['new']]);
  });

  it('lets a tenant that reads everything pay for itself', () => {
    const store = new CardStore(10 * ONE);
    for (const name of ['a', 'b', 'c']) store.put('small', name, card(name));
    for (let at = 0; at < 1_000; at++) store.put('large', `card ${at}`, card(`${at}`));
    expect(names(store, 'small', ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });

  it('gives a newcomer its share of what others hold beyond theirs', () => {
    const store = new CardStore(10 * ONE);
    for (let at = 0; at < 10; at++) store.put('large', `card ${at}`, card(`${at}`));
    for (let at = 0; at < 5; at++) store.put('new', `card ${at}`, card(`${at}`));
    const all = Array.from({ length: 10 }, (_, at) => `card ${at}`);
    expect([names(store, 'new', all).length, names(store, 'large', all).length]).toEqual([5, 5]);
  });

  it('counts what is packed, and forgets it with its card', () => {
    const store = new CardStore(10 * ONE);
    const kept = card('a');
    store.put('ace', 'a', kept);
    store.pack('ace', 'a', kept, Buffer.alloc(ONE));
    expect([store.bytes, store.find('ace', 'a', '1')?.packed?.length]).toEqual([2 * ONE, ONE]);
    store.put('ace', 'a', card('a', 360, '2'));
    expect(store.bytes).toBe(ONE);
  });

  it('does not count the packed form of a card that has gone', () => {
    const store = new CardStore(10 * ONE);
    const gone = card('a');
    store.put('ace', 'a', gone);
    store.put('ace', 'a', card('a', 360, '2'));
    store.pack('ace', 'a', gone, Buffer.alloc(ONE));
    expect([store.bytes, gone.packed?.length]).toEqual([ONE, ONE]);
  });
});
