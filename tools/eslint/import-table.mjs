import { eachImport, importedFile, placeInSrc, within } from './source-file.mjs';

/**
 * All that each folder may import. A row names the folders it adds; each of them brings along all that it may import itself.
 * A row may only name rows above it, so the table cannot describe a cycle.
 */
export function expandTable(table) {
  const allowed = new Map();
  for (const [folder, adds] of Object.entries(table)) {
    const unknown = adds.find((each) => !allowed.has(each));
    if (unknown !== undefined) throw new Error(`Import table: "${folder}" adds "${unknown}", which has no row above it.`);
    allowed.set(folder, new Set(adds.flatMap((each) => [...allowed.get(each), each])));
  }
  return allowed;
}

const messages = {
  noRow: 'src/{{folder}} has no row in the import table (eslint.config.mjs). Add one that says what it may import.',
  notAllowed: 'src/{{from}} may not import src/{{to}}. It may import: {{allowed}}. An upward need is an event that the later module listens to.',
  door: "Import src/{{to}} through its door, '{{to}}/index.js', not through '{{inside}}'.",
  ownDoor: "Inside src/{{to}} import the file itself: the folder's own index.js makes a cycle.",
  rootFile: 'Nobody imports a file that stands directly in src/: {{inside}}.',
  outside: 'src imports nothing outside src (a spec may import test/support): {{source}}.',
};

/** What is wrong with an import of `to` by `from`, as a message id, or null. */
function faultOf(from, to, allowed) {
  const isDoor = to.inside.replace(/\.[jt]s$/, '') === `${to.folder}/index`;
  if (to.folder === null) return from.folder === null ? null : 'rootFile';
  if (to.folder === from.folder) return isDoor ? 'ownDoor' : null;
  if (!allowed.has(to.folder)) return 'noRow';
  if (from.folder !== null && !allowed.get(from.folder).has(to.folder)) return 'notAllowed';
  return isDoor ? null : 'door';
}

/** `./`, `..` and the like name a folder: what they mean is its index. */
function targetOf(file, allowed) {
  const to = placeInSrc(file);
  const namesFolder = to !== null && to.folder === null && (to.inside === '' || allowed.has(to.inside));
  return namesFolder ? placeInSrc(`${file}/index.js`) : to;
}

export const importTable = {
  meta: { type: 'problem', schema: [{ type: 'object' }], messages },
  create(context) {
    const [table] = context.options;
    const allowed = expandTable(table);
    const from = placeInSrc(context.filename);
    if (from === null) return {};
    if (from.folder !== null && !allowed.has(from.folder)) {
      return { Program: (node) => context.report({ node, messageId: 'noRow', data: { folder: from.folder } }) };
    }

    function checkTarget(node, source, file) {
      const to = targetOf(file, allowed);
      if (to === null) {
        const isSupport = from.roles.includes('spec') && within('test/support', file) !== null;
        if (!isSupport) context.report({ node, messageId: 'outside', data: { source } });
        return;
      }
      const messageId = faultOf(from, to, allowed);
      const may = [...(allowed.get(from.folder) ?? [])].join(', ') || 'nothing';
      const data = { from: from.folder, to: to.folder, folder: to.folder, inside: to.inside, allowed: may };
      if (messageId !== null) context.report({ node, messageId, data });
    }

    return eachImport(({ node, source }) => {
      const file = importedFile(source, context.filename);
      if (file !== null) checkTarget(node, source, file);
    });
  },
};
