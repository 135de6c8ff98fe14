/** What a machine checks here is an error; what it does not check is advice. There are no warnings. */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import * as mongoose from 'mongoose';
import tseslint from 'typescript-eslint';
import { anteroom } from './tools/eslint/anteroom-rules.mjs';

/**
 * Which folder of src/ may import which, always through its index.ts. A row names what it adds: each folder named brings along all that it may
 * import itself. A row names only rows above it, so there are no cycles. Files directly in src/ import everything, and nobody imports them.
 */
const importTable = {
  common: [],
  config: ['common'],
  observe: ['config'],
  mongo: ['observe'],
  audit: ['mongo'],
  tenancy: ['audit'],
  auth: ['tenancy'],
  room: ['auth'],
  location: ['room'],
  participant: ['room'],
  message: ['participant'],
  inbox: ['message'],
  realtime: ['message', 'location'],
  admin: ['auth'],
  maintenance: ['admin', 'room', 'participant', 'message', 'location'],
  demo: ['admin', 'maintenance'],
  health: ['mongo'],
};

/** Inside a folder: controller → service → repository → schema. '.dto' stands for the files of a role, anything else for a package. */
const never = {
  controller: ['.repository', '.schema'],
  service: ['mongoose', '@nestjs/mongoose', 'express'],
  repository: ['.dto'],
};

/** Packages that only these files import. */
const homes = [
  { packages: ['mongoose', '@nestjs/mongoose', 'mongodb', 'bson'], roles: ['schema', 'repository'], folders: ['mongo', 'tenancy'] },
];

/** A file is called `kebab-case[.role][.spec].ts`. */
const fileNames = {
  roles: ['controller', 'gateway', 'service', 'repository', 'schema', 'module', 'dto', 'errors', 'middleware', 'guard', 'decorator', 'pipe', 'filter', 'interceptor'],
  after: ['spec', 'example'],
  folderOf: { dto: 'dto' },
};

const typed = ['src/**/*.ts', 'test/**/*.ts', 'client/src/**/*.ts'];
const source = { files: ['src/**/*.ts'], ignores: ['src/**/*.spec.ts'] };
const client = { files: ['client/src/**/*.ts'] };
const tests = ['src/**/*.spec.ts', 'test/**/*.ts'];
const specs = ['src/**/*.spec.ts', 'test/**/*spec.ts'];

/* Imports that are refused by name. One rule takes one list per file, so the lists are put together here. */

const banned = {
  /** Its types declare classes that its ESM does not export: as values they compile, and die at start. */
  mongooseTypes: {
    patterns: [
      {
        regex: '^mongoose$',
        importNamePattern: `^(?!(${Object.keys(mongoose).join('|')})$)`,
        allowTypeImports: true,
        message: "At run time mongoose exports nothing of that name: it compiles and dies at start. Write 'import type', or take it from the default export.",
      },
    ],
  },
  process: {
    paths: ['process', 'node:process'].map((name) => ({ name, message: 'The environment is read once, in src/config; process itself is a global.' })),
  },
  httpExceptions: {
    patterns: [
      {
        regex: '^@nestjs/common$',
        importNamePattern: 'Exception$',
        message: 'Throw a named AppError; only src/common knows HTTP exceptions.',
      },
    ],
  },
  timers: {
    paths: ['timers/promises', 'node:timers/promises'].map((name) => ({ name, message: 'No sleeps: wait for what the test is about.' })),
  },
};

function refuseImports(...bans) {
  const all = { paths: bans.flatMap((each) => each.paths ?? []), patterns: bans.flatMap((each) => each.patterns ?? []) };
  return { 'no-restricted-imports': ['error', all] };
}

/* Names. Stored and wire fields are snake_case and are properties; everything that is only ours is camelCase. */

/** Decorators and schemas are values with the name of a type: `typeLike` adds that form to variables and functions. */
const names = (...typeLike) => [
  { selector: 'default', format: ['camelCase'] },
  { selector: 'import', format: ['camelCase', 'PascalCase'] },
  { selector: 'variable', format: ['camelCase', 'UPPER_CASE', ...typeLike] },
  { selector: 'function', format: ['camelCase', ...typeLike] },
  { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
  { selector: 'parameter', modifiers: ['unused'], format: ['camelCase'], leadingUnderscore: 'allow' },
  { selector: 'typeLike', format: ['PascalCase'] },
  { selector: ['interface', 'typeAlias', 'class'], format: ['PascalCase'], custom: { regex: '^I[A-Z][a-z]', match: false } },
  { selector: 'enumMember', format: ['PascalCase', 'UPPER_CASE'] },
  { selector: ['classProperty', 'classicAccessor'], format: ['camelCase', 'snake_case', 'UPPER_CASE'], leadingUnderscore: 'allowSingleOrDouble' },
  { selector: 'classProperty', filter: '^(user_Data|chat_Data|RoomUser)$', format: null },
  { selector: ['objectLiteralProperty', 'typeProperty'], format: null },
  { selector: ['objectLiteralMethod', 'typeMethod', 'classProperty'], modifiers: ['requiresQuotes'], format: null },
];

const vagueVerb = '[key.name=/^(fetch|retrieve|handle|process|do)([A-Z0-9]|$)/]';
const vagueMethods = [`MethodDefinition${vagueVerb}`, `PropertyDefinition${vagueVerb}[value.type=/Function/]`].map((selector) => ({
  selector,
  message: 'Say what it answers or does: find… (or null), get… (or throws), is…, has…, check…, or a verb of the domain.',
}));

const promiseBody = "NewExpression[callee.name='Promise'] > :function";
const sleep = "CallExpression[callee.name='setTimeout']";
const testHygiene = [
  ...[
    'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
    'MemberExpression[object.object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
    'CallExpression[callee.name=/^([fx](describe|it|test)|fit)$/]',
  ].map((selector) => ({ selector, message: 'Every test runs, always: no only, skip, todo or failing.' })),
  ...[
    `${promiseBody} ${sleep}[arguments.0.type='Identifier'][arguments.0.name!='reject']`,
    `${promiseBody} ${sleep}[arguments.0.type=/Function/]:not(:has(Identifier[name=/^(reject|Error)$/]))`,
  ].map((selector) => ({ selector, message: 'No sleeps: wait for what the test is about.' })),
];

const sizes = {
  'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 5],
  'max-depth': ['error', 3],
  complexity: ['error', 12],
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '**/coverage/', 'data/', 'client/src/generated/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])) },
  },
  {
    files: typed,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'object-shorthand': 'error',
      '@typescript-eslint/naming-convention': ['error', ...names()],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true }],
      // A module, a marker or a DTO without fields is an empty class with a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // An empty text is often as good as an absent one on this wire.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // DTO classes are shapes: what an answer or a change is, not how it was made.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // It asks for `!`, which no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { anteroom },
    rules: {
      'anteroom/import-table': ['error', importTable],
      'anteroom/layers': ['error', { never, homes }],
      'anteroom/file-names': ['error', fileNames],
      ...refuseImports(banned.mongooseTypes, banned.process, banned.httpExceptions),
    },
  },
  { files: ['src/common/**/*.ts'], rules: refuseImports(banned.mongooseTypes, banned.process) },
  { files: ['src/config/**/*.ts'], rules: refuseImports(banned.mongooseTypes, banned.httpExceptions) },
  {
    ...source,
    rules: {
      ...sizes,
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read once, in src/config.' },
        { object: 'globalThis', property: 'process', message: 'The environment is read once, in src/config.' },
      ],
    },
  },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    // It runs in browsers and apps too, and knows the service by its documents only.
    ...client,
    rules: {
      ...sizes,
      'no-console': 'error',
      'no-restricted-globals': ['error', 'process', 'Buffer', 'window', 'document'],
      ...refuseImports({ patterns: [{ regex: '^(?!\\./|openapi-fetch$|socket\\.io-client$)', message: 'The client imports its own files and its two packages.' }] }),
    },
  },
  { files: ['src/main.ts', 'src/cli.ts', 'src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['src/**/*.{service,repository}.ts'], rules: { 'no-restricted-syntax': ['error', ...vagueMethods] } },
  { files: ['src/**/*.{schema,decorator}.ts'], rules: { '@typescript-eslint/naming-convention': ['error', ...names('PascalCase')] } },
  {
    // Answers of the wire and jest's matchers are `any`, fakes are small, and an index into a list that the test made is no risk.
    files: tests,
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: specs,
    rules: { ...refuseImports(banned.mongooseTypes, banned.timers), 'no-restricted-syntax': ['error', ...testHygiene] },
  },
  {
    // Jest asks for a default export of its set-up files and reporters, ESLint and jest of their configuration.
    files: ['**/*.{ts,js,mjs}'],
    ignores: ['*.{js,mjs}', 'test/support/*.mjs'],
    rules: {
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } },
      ],
    },
  },
);
