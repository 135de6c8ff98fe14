import { eachImport, importedFile, placeInSrc } from './source-file.mjs';

const messages = {
  role: 'A {{role}} never imports a {{other}}: {{source}}.',
  package: "A {{role}} never imports '{{source}}'.",
  home: "'{{source}}' is imported only by {{homes}}.",
};

const isPackage = (source, name) => source === name || source.startsWith(`${name}/`);

/** Whether an import reaches a file of that role: by the file's name or folder, or, through a door, by the name of what is taken (`RoomRepository`). */
function reachesRole(role, file, names) {
  const inside = file && placeInSrc(file)?.inside;
  if (!inside) return false;
  const suffix = role[0].toUpperCase() + role.slice(1);
  return new RegExp(`\\.${role}\\.[jt]s$|/${role}/`).test(`/${inside}`) || names.some((name) => name.endsWith(suffix));
}

/** What a file of this role may not import: `.dto` stands for the files of a role, anything else for a package. */
function roleFault(role, never, { source, names, file }) {
  for (const each of never) {
    if (!each.startsWith('.')) {
      if (isPackage(source, each)) return { messageId: 'package', data: { role, source } };
    } else if (reachesRole(each.slice(1), file, names)) {
      return { messageId: 'role', data: { role, other: each.slice(1), source } };
    }
  }
  return null;
}

/** A package that lives in certain roles and folders only. */
function homeFault({ packages, roles, folders }, from, source) {
  if (!packages.some((name) => isPackage(source, name))) return null;
  if (folders.includes(from.folder) || from.roles.some((role) => roles.includes(role))) return null;
  const homes = [...roles.map((role) => `*.${role}.ts`), ...folders.map((folder) => `src/${folder}/`)].join(', ');
  return { messageId: 'home', data: { source, homes } };
}

export const layers = {
  meta: { type: 'problem', schema: [{ type: 'object', properties: { never: { type: 'object' }, homes: { type: 'array' } } }], messages },
  create(context) {
    const [{ never, homes }] = context.options;
    const from = placeInSrc(context.filename);
    if (from === null || from.roles.includes('spec')) return {};
    return eachImport(({ node, source, names }) => {
      const reached = { source, names, file: importedFile(source, context.filename) };
      const faults = [
        ...from.roles.map((role) => roleFault(role, never[role] ?? [], reached)),
        ...homes.map((home) => homeFault(home, from, source)),
      ];
      const fault = faults.find((each) => each !== null);
      if (fault !== undefined) context.report({ node, ...fault });
    });
  },
};
