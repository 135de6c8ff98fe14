/** Stands in for curl where a machine has none, with the options of the printed call only: -s, -H, -d and the URL. */
const headers = {};
const call = { url: '', body: undefined };
for (const rest = process.argv.slice(2); rest.length > 0; ) {
  const word = rest.shift();
  if (word === '-H') {
    const [name, ...value] = rest.shift().split(':');
    headers[name] = value.join(':').trim();
  } else if (word === '-d') call.body = rest.shift();
  else if (word !== '-s') call.url = word;
}
const answer = await fetch(call.url, { method: call.body === undefined ? 'GET' : 'POST', headers, body: call.body });
process.stdout.write(await answer.text());
