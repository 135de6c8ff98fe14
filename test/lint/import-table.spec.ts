import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const root = path.resolve(import.meta.dirname, '../..');
const load = async (file: string) => import(pathToFileURL(path.join(root, file)).href);
const { default: config } = (await load('eslint.config.mjs')) as { default: Linter.Config[] };
const { expandTable } = (await load('tools/eslint/import-table.mjs')) as {
  expandTable: (table: Record<string, string[]>) => Map<string, Set<string>>;
};

const linter = new Linter({ cwd: root });
// The project's own configuration, without what needs the compiler: that is not ours to prove, and slow. Names need it only for rules by type.
const typedRulesOff = Object.entries(tseslint.configs.disableTypeChecked.rules ?? {}).filter(([rule]) => !rule.endsWith('/naming-convention'));
const untyped = [...config, { ...tseslint.configs.disableTypeChecked, rules: Object.fromEntries(typedRulesOff) } as Linter.Config];

/** What a rule says about a text that would stand in that file. */
function findings(rule: string, file: string, code: string): string[] {
  const messages = linter.verify(code, untyped, path.join(root, file));
  const broken = messages.find((each) => each.fatal);
  if (broken !== undefined) throw new Error(broken.message);
  return messages.filter((each) => each.ruleId === rule).map((each) => each.message);
}

type Case = [sentence: string, file: string, code: string];

function proves(rule: string, { refuses, allows }: { refuses: Case[]; allows: Case[] }) {
  describe(rule, () => {
    it.each(refuses)('refuses %s', (_sentence, file, code) => {
      expect(findings(rule, file, code)).toHaveLength(1);
    });

    it.each(allows)('allows %s', (_sentence, file, code) => {
      expect(findings(rule, file, code)).toEqual([]);
    });
  });
}

const service = 'src/room/room.service.ts';
const controller = 'src/room/room.controller.ts';
const repository = 'src/room/room.repository.ts';
const spec = 'src/room/room.service.spec.ts';
const e2eSpec = 'test/room.e2e-spec.ts';

proves('anteroom/import-table', {
  refuses: [
    ['a folder further down the line', service, `import { Inbox } from '../inbox/index.js';`],
    ['a type from further down the line', service, `import type { Inbox } from '../inbox/index.js';`],
    ['a dynamic import from further down the line', service, `await import('../inbox/index.js');`],
    ['an export from further down the line', service, `export { Inbox } from '../inbox/index.js';`],
    ['an export of all from further down the line', service, `export * from '../inbox/index.js';`],
    ['a type written as an import', service, `export type A = import('../inbox/index.js').Inbox;`],
    ['a neighbour that no row brings along', 'src/room/room.ts', `import { Location } from '../location/index.js';`],
    ['inbox in realtime', 'src/realtime/rooms.ts', `import { Inbox } from '../inbox/index.js';`],
    ['a file behind the door of another folder', service, `import { Tenant } from '../tenancy/tenant.js';`],
    ['a file behind the door in a deeper folder', 'src/room/dto/a.dto.ts', `import { A } from '../../common/deep/index.js';`],
    ['a file behind the door, by a file directly in src', 'src/app.module.ts', `import { Room } from './room/room.js';`],
    ["a folder's own door", service, `import { Room } from './index.js';`],
    ["a folder's own door, from a deeper folder", 'src/room/dto/a.dto.ts', `import { Room } from '../index.js';`],
    ["a folder's own door, called by a dot", service, `import { Room } from '.';`],
    ['a file directly in src', service, `import { AppModule } from '../app.module.js';`],
    ['a folder without a row', service, `import { A } from '../helpers/index.js';`],
    ['a folder without a row, by a file directly in src', 'src/cli.ts', `import { A } from './helpers/index.js';`],
    ['a file of a folder without a row', 'src/helpers/a.ts', `export const a = 1;`],
    ['what stands outside of src', service, `import { a } from '../../bench/a.js';`],
    ['test support in code that is no spec', service, `import { aRoom } from '../../test/support/build.js';`],
    ['the rest of test/ in a spec', spec, `import { a } from '../../test/wire/a.js';`],
    ['a folder further down the line in a spec', spec, `import { Inbox } from '../inbox/index.js';`],
  ],
  allows: [
    ['a folder that a row brings along', service, `import { AppError } from '../common/index.js';`],
    ['message and location in realtime', 'src/realtime/a.ts', `export * from '../message/index.js'; export * from '../location/index.js';`],
    ['files of the same folder', 'src/room/dto/a.dto.ts', `import { Room } from '../room.js'; import { B } from './b.dto.js';`],
    ['every folder to a file directly in src', 'src/app.module.ts', `import { Demo } from './demo/index.js'; import { a } from './swagger.js';`],
    ['test support in a spec', spec, `import { aRoom } from '../../test/support/build.js';`],
    ['packages', service, `import { Injectable } from '@nestjs/common';`],
    ['everything to a test', e2eSpec, `import { AppModule } from '../src/app.module.js';`],
  ],
});

describe('the import table', () => {
  it('gives a row all that the rows it names may import', () => {
    const allowed = expandTable({ a: [], b: ['a'], c: ['b'], d: [], e: ['c', 'd'] });
    expect([...allowed.get('e')!].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses a row that names a row below it, so that no cycle can be written', () => {
    expect(() => expandTable({ a: ['b'], b: ['a'] })).toThrow('"a" adds "b"');
  });
});

proves('anteroom/layers', {
  refuses: [
    ['a repository in a controller', controller, `import { RoomRepository } from './room.repository.js';`],
    ["another folder's repository in a controller", controller, `import { RoomRepository } from '../room/index.js';`],
    ['a schema in a controller, as a type', controller, `import type { RoomDocument } from './room.schema.js';`],
    ['a DTO in a repository', repository, `import { RoomDto } from './room.dto.js';`],
    ['a file of the dto folder in a repository', repository, `import type { Paging } from './dto/paging.js';`],
    ['mongoose in a service', service, `import type { ClientSession } from 'mongoose';`],
    ['mongoose in a service of tenancy', 'src/tenancy/tenant.service.ts', `import type { Model } from 'mongoose';`],
    ['@nestjs/mongoose in a service', service, `import { InjectModel } from '@nestjs/mongoose';`],
    ['express in a service, written as a type', service, `export type A = import('express').Request;`],
    ['mongoose in a domain file', 'src/room/room.ts', `import mongoose from 'mongoose';`],
    ['the driver in a controller', controller, `import type { Db } from 'mongodb';`],
  ],
  allows: [
    ['a service and DTOs in a controller', controller, `import { A } from './room.service.js'; import { B } from './dto/b.dto.js';`],
    ['a schema in a repository', repository, `import { RoomSchema } from './room.schema.js';`],
    ['mongoose in a repository', repository, `import mongoose from 'mongoose';`],
    ['mongoose in mongo and tenancy', 'src/mongo/cluster.ts', `import mongoose from 'mongoose';`],
    ['express in a middleware', 'src/tenancy/tenancy.middleware.ts', `import type { Request } from 'express';`],
    ['everything in a spec', spec, `import mongoose from 'mongoose'; import { RoomRepository } from './room.repository.js';`],
  ],
});

proves('anteroom/file-names', {
  refuses: [
    ['camel case', 'src/room/roomMembership.ts', ''],
    ['a folder that is not kebab-case', 'src/room/newRooms/a.ts', ''],
    ['a role that is none', 'src/room/room.helper.ts', ''],
    ['a role twice', 'src/room/room.service.service.ts', ''],
    ['a DTO beside the code', 'src/room/room.dto.ts', ''],
  ],
  allows: [
    ['a bare noun', 'src/room/room-membership.ts', ''],
    ['a role', service, ''],
    ['a spec of a role', spec, ''],
    ['an example', 'src/room/room.example.ts', ''],
    ['a DTO in its folder', 'src/room/dto/create-room.dto.ts', ''],
  ],
});

proves('no-restricted-imports', {
  refuses: [
    ['a class of mongoose that exists as a type only', repository, `import { Connection } from 'mongoose';`],
    ['such a class in a list', repository, `import mongoose, { ClientSession, type Model } from 'mongoose';`],
    ['such a class passed on', 'src/mongo/index.ts', `export { Connection } from 'mongoose';`],
    ['HTTP exceptions', service, `import { NotFoundException } from '@nestjs/common';`],
    ['process as a module', service, `import { env } from 'node:process';`],
    ['timers as promises in a spec', e2eSpec, `import { setTimeout as sleep } from 'node:timers/promises';`],
  ],
  allows: [
    ['that class as a type', repository, `import type { Connection } from 'mongoose'; import { type ClientSession } from 'mongoose';`],
    ['what mongoose has at run time', repository, `import mongoose, { Model, Schema, Types } from 'mongoose';`],
    ['HTTP exceptions in common', 'src/common/app-error.filter.ts', `import { HttpException } from '@nestjs/common';`],
    ['the rest of Nest', service, `import { HttpStatus, Injectable } from '@nestjs/common';`],
    ['process as a module in config', 'src/config/read-config.ts', `import process from 'node:process';`],
  ],
});

proves('no-restricted-properties', {
  refuses: [
    ['process.env', service, `export const a = process.env.A;`],
    ['process.env taken apart', 'src/main.ts', `const { env } = process;`],
    ['process.env by way of the global object', service, `export const a = globalThis.process.env['A'];`],
  ],
  allows: [
    ['process.env in config', 'src/config/read-config.ts', `export const a = process.env.A;`],
    ['the rest of process', 'src/main.ts', `process.exitCode = 1;`],
  ],
});

proves('no-restricted-exports', {
  refuses: [
    ['a default export', service, `export default class {}`],
    ['a default export by another name', e2eSpec, `const a = 1; export { a as default };`],
    ['a default export of a tool', 'tools/eslint/a.mjs', `export default {};`],
  ],
  allows: [
    ['named exports', service, `export class RoomService {}`],
    ['a default export of a configuration', 'jest.config.mjs', `export default {};`],
    ['a default export that jest asks for', 'test/support/start-mongo.mjs', `export default () => {};`],
  ],
});

proves('no-console', {
  refuses: [['the console', service, `console.log(1);`]],
  allows: [['the console of the command line', 'src/cli.ts', `console.log(1);`]],
});

proves('@typescript-eslint/naming-convention', {
  refuses: [
    ['a variable in snake case', service, `const room_id = 1;`],
    ['a parameter in snake case', service, `export function find(room_id: string) { return room_id; }`],
    ['a function in snake case', service, `export function find_room() {}`],
    ['a method in snake case', service, `export class A { find_room() {} }`],
    ['an interface with an I', service, `export interface IRoom { a: string }`],
    ['a type in camel case', service, `export type room = string;`],
    ['a function with the name of a type', service, `export function Room() {}`],
  ],
  allows: [
    ['stored fields of a type', 'src/room/room.ts', `export interface Room { room_id: string; user_Data: string[] }`],
    ['stored fields of a class', 'src/room/dto/a.dto.ts', `export class ADto { room_id!: string; _id!: string; __v = 0; chat_Data = []; isRaiseIssue = false }`],
    ['stored fields and operators of an object', repository, `export const a = { room_id: 1, $set: { 'last_message.seq': 2 } };`],
    ['stored fields taken apart', service, `export function find({ room_id }: Room) { const { db_name } = room_id; return db_name; }`],
    ['constants', service, `const MAX_TRIES = 3; const maxTries = 4;`],
    ['a class that begins with I', service, `export class Inbox {} export class IpAddress {}`],
    ['a decorator', 'src/common/text.decorator.ts', `export function Text() {} export const Id = () => Text;`],
    ['a schema', 'src/room/room.schema.ts', `export const RoomSchema = 1;`],
  ],
});

const vagueMethod = 'export class A { async fetchRooms() {} }';

proves('no-restricted-syntax', {
  refuses: [
    ['fetch… in a repository', repository, vagueMethod],
    ['a bare handle in a service', service, `export class A { handle() {} }`],
    ['process… as a property that is a function', service, `export class A { private processAll = () => 1; }`],
    ['only', e2eSpec, `it.only('a', () => {});`],
    ['skip before each', e2eSpec, `describe.skip.each([1])('a', () => {});`],
    ['todo', spec, `test.todo('a');`],
    ['only after concurrent', spec, `test.concurrent.only('a', () => {});`],
    ['the short words for it', spec, `xit('a', () => {});`],
    ['a sleep', e2eSpec, `await new Promise((r) => setTimeout(r, 100));`],
    ['a sleep in a block', spec, `await new Promise<void>((done) => { setTimeout(() => { done(); }, 100); });`],
  ],
  allows: [
    ['fetch… in a controller', controller, vagueMethod],
    ['words that only begin alike', service, `export class A { document() {} processor() {} }`],
    ['fields that only begin alike', service, `export class A { private readonly handleCount = 1; }`],
    ['skip of a cursor', e2eSpec, `await rooms.find().skip(2);`],
    ['a deadline', e2eSpec, `await new Promise((_, reject) => setTimeout(() => { reject(new Error('late')); }, 100));`],
    ['waiting in the helpers of the tests', 'test/support/eventually.ts', `await new Promise((r) => setTimeout(r, 10));`],
  ],
});

const lines = (count: number) => 'f();\n'.repeat(count);
const nested = (levels: number) => `function f(a) { ${'if (a) { '.repeat(levels)}${'} '.repeat(levels)}}`;
const many = (count: number, text: string) => Array.from({ length: count }, (_, at) => `${text}${at}`);

proves('max-lines', {
  refuses: [
    ['a file of 201 lines', service, lines(201)],
    ['a test of 401 lines', e2eSpec, lines(401)],
  ],
  allows: [
    ['200 lines, not counting comments and blank ones', service, `// why\n\n${lines(200)}`],
    ['a test of 400 lines', spec, lines(400)],
  ],
});

proves('max-lines-per-function', {
  refuses: [['a function of 41 lines', service, `function a() {\n${lines(39)}}`]],
  allows: [
    ['a function of 40 lines', service, `function a() {\n${lines(38)}}`],
    ['a long test', spec, `function a() {\n${lines(60)}}`],
  ],
});

proves('max-params', {
  refuses: [['six parameters', service, `function a(${many(6, 'a').join()}) {}`]],
  allows: [['five parameters', service, `function a(${many(5, 'a').join()}) {}`]],
});

proves('complexity', {
  refuses: [['thirteen ways through a function', service, `function a(b) { ${many(12, 'if (b) f').join(';')} }`]],
  allows: [['twelve ways through a function', service, `function a(b) { ${many(11, 'if (b) f').join(';')} }`]],
});

proves('max-depth', {
  refuses: [['four levels', service, nested(4)]],
  allows: [['three levels', service, nested(3)]],
});

proves('@typescript-eslint/consistent-type-imports', {
  refuses: [['a type imported as a value', 'src/room/room.ts', `import { Tenant } from '../tenancy/index.js'; export type A = Tenant;`]],
  allows: [['a type imported as a type', 'src/room/room.ts', `import type { Tenant } from '../tenancy/index.js'; export type A = Tenant;`]],
});

describe('the configuration', () => {
  const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: config });

  it.each([service, spec, e2eSpec, 'jest.config.mjs'])('knows no warnings, only errors, for %s', async (file) => {
    const { rules } = (await eslint.calculateConfigForFile(path.join(root, file))) as { rules: Record<string, [number]> };
    expect(Object.keys(rules).length).toBeGreaterThan(20);
    expect(Object.keys(rules).filter((rule) => rules[rule]?.[0] === 1)).toEqual([]);
  });

  it.each(['no-floating-promises', 'no-misused-promises', 'switch-exhaustiveness-check'])('asks the compiler about %s', async (rule) => {
    const { rules } = (await eslint.calculateConfigForFile(path.join(root, service))) as { rules: Record<string, [number]> };
    expect(rules[`@typescript-eslint/${rule}`]?.[0]).toBe(2);
  });

  it.each(['dist/main.js', 'node_modules/a/index.js', 'coverage/a.js', 'data/a.js'])('leaves %s alone', async (file) => {
    expect(await eslint.isPathIgnored(path.join(root, file))).toBe(true);
  });
});
