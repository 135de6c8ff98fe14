import { toDatabaseUser } from './database-user.js';

const SECRET = 'a-secret-of-these-tests-0123456789abcdef';

describe('toDatabaseUser', () => {
  it('makes the same long password each time', () => {
    const { password } = toDatabaseUser(SECRET, 'default', 'a');
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(toDatabaseUser(SECRET, 'default', 'a')).toEqual({ database: 'a', password });
  });

  it('makes another one for each database, cluster and secret', () => {
    const all = [
      [SECRET, 'default', 'a'],
      [SECRET, 'default', 'b'],
      [SECRET, 'north', 'a'],
      [`${SECRET}!`, 'default', 'a'],
    ] as const;
    expect(new Set(all.map(([secret, cluster, database]) => toDatabaseUser(secret, cluster, database).password)).size).toBe(4);
  });
});
