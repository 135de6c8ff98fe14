const PREFIX = '#/components/schemas/';

/** A reference to a schema of the same document. */
export function refTo(name) {
  return { $ref: `${PREFIX}${name}` };
}

/** The schemas of these names and whatever they refer to, directly or not, in the order of `schemas`. */
export function reachable(schemas, names) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name)) return;
    if (!Object.hasOwn(schemas, name)) throw new Error(`There is no schema ${name}.`);
    found.add(name);
    refsIn(schemas[name]).forEach(visit);
  };
  names.forEach(visit);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)));
}

/** Names of the schemas that this part of a document refers to. */
export function refsIn(part) {
  if (typeof part !== 'object' || part === null) return [];
  if (typeof part.$ref === 'string' && part.$ref.startsWith(PREFIX)) return [part.$ref.slice(PREFIX.length)];
  return Object.values(part).flatMap(refsIn);
}
