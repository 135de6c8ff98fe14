import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** A path as seen from a folder of the repository, with slashes, or null when it is not in there. */
export function within(folder, file) {
  const inside = path.relative(path.join(root, folder), file).split(path.sep).join('/');
  return inside === '..' || inside.startsWith('../') || path.isAbsolute(inside) ? null : inside;
}

/** Where a path stands, seen from `src/`: `{ inside: 'room/dto/a.dto.ts', folder: 'room', stem: 'a', roles: ['dto'] }`, or null outside of it. */
export function placeInSrc(file) {
  const inside = within('src', file);
  if (inside === null) return null;
  const parts = inside.split('/');
  const [stem, ...endings] = parts.at(-1).split('.');
  return { inside, folder: parts.length > 1 ? parts[0] : null, stem, roles: endings.slice(0, -1) };
}

/** The file that a relative import names, as an absolute path, or null when it names a package. */
export function importedFile(source, importer) {
  return /^\.{1,2}(\/|$)/.test(source) ? path.resolve(path.dirname(importer), source) : null;
}

/** A visitor of everything that reaches another module: `import`, `import type`, `export … from`, `import()`, `import('…').Type`, `import x = require()`. */
export function eachImport(visit) {
  const see = (node, from, names = []) => {
    const source = literalText(from);
    if (source !== null) visit({ node, source, names });
  };
  return {
    ImportDeclaration: (node) => see(node, node.source, node.specifiers.map((each) => nameOf(each.imported))),
    ExportNamedDeclaration: (node) => see(node, node.source, node.specifiers.map((each) => nameOf(each.local))),
    ExportAllDeclaration: (node) => see(node, node.source),
    ImportExpression: (node) => see(node, node.source),
    TSImportType: (node) => see(node, node.source, [nameOf(node.qualifier)]),
    TSExternalModuleReference: (node) => see(node, node.expression),
  };
}

function literalText(node) {
  if (node?.type === 'TemplateLiteral' && node.quasis.length === 1) return node.quasis[0].value.cooked;
  return typeof node?.value === 'string' ? node.value : null;
}

/** The name on the other side of the import; a default or namespace import has none. */
function nameOf(node) {
  return node?.name ?? node?.value ?? '';
}
