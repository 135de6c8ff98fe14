import { placeInSrc } from './source-file.mjs';

const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const messages = {
  kebab: "'{{name}}' is not kebab-case.",
  ending: "'.{{ending}}' is no role of a file. Roles: {{roles}}; after them only: {{after}}.",
  folder: 'A *.{{role}}.ts stands in a {{folder}}/ folder.',
};

/** A file's name is `kebab-case[.role][.spec].ts`; folders are kebab-case; some roles have a folder of their own. */
export const fileNames = {
  meta: { type: 'problem', schema: [{ type: 'object' }], messages },
  create(context) {
    const [{ roles, after, folderOf }] = context.options;
    const file = placeInSrc(context.filename);
    if (file === null) return {};
    const folders = file.inside.split('/').slice(0, -1);
    const [first, ...rest] = file.roles;
    const own = roles.includes(first) ? first : undefined;
    const endings = own === undefined ? file.roles : rest;

    return {
      Program(node) {
        const report = (messageId, data) => context.report({ node, messageId, data });
        for (const name of [...folders, file.stem]) if (!kebab.test(name)) report('kebab', { name });
        const strange = endings.find((each, at) => at > 0 || !after.includes(each));
        if (strange !== undefined) report('ending', { ending: strange, roles: roles.join(', '), after: after.join(', ') });
        const folder = own && folderOf[own];
        if (folder && folders.at(-1) !== folder) report('folder', { role: own, folder });
      },
    };
  },
};
