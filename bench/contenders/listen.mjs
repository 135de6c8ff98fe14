/** Listens on the port of the environment and says where. */
export function listen(server) {
  const { PORT, HOST } = process.env;
  const listening = server.listen(Number(PORT), HOST, () => process.stdout.write(`listening on http://${HOST}:${listening.address().port}\n`));
}

/** The pool and the guarantees of the service's own client. */
export const CLIENT_OPTIONS = { maxPoolSize: 50, readPreference: 'primary', readConcern: { level: 'majority' }, writeConcern: { w: 'majority', journal: true } };
