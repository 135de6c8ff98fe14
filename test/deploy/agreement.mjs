// Where the files that deploy the service do not agree with each other or with the service: what no linter knows.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { load, YAML11_SCHEMA } from 'js-yaml';

const PINNED = /^[^:@]+:\d+\.\d+\.\d+(-[\w.-]+)?(@sha256:[0-9a-f]{64})?$/;
const SECRETS = ['ADMIN_TOKEN', 'METRICS_TOKEN', 'DATABASE_USER_SECRET'];
// How long the service takes to stop, and how long a socket may be silent (engine.io: 25 s and 20 s more).
const STOP_SECONDS = 10;
const SILENCE_SECONDS = 45;
// Until no proxy of a cluster sends calls to a pod that ends.
const LIST_SECONDS = 5;

/** A sentence for each. */
export async function disagreements(root) {
  const read = (path) => readFile(join(root, path), 'utf8');
  const folder = 'deploy/kubernetes';
  const names = (await readdir(join(root, folder))).filter((name) => name.endsWith('.yaml'));
  const manifests = Object.fromEntries(await Promise.all(names.map(async (name) => [name, load(await read(`${folder}/${name}`))])));
  const openapi = JSON.parse(await read('swagger/openapi.json'));
  const service = { settings: new Set((await read('.env.example')).match(/(?<=^#?)[A-Z][A-Z0-9_]+(?==)/gm)), paths: new Set(Object.keys(openapi.paths)) };
  const dockerfile = await read('Dockerfile');
  const nginx = { conf: await read('deploy/nginx/nginx.conf'), instances: await read('deploy/nginx/instances.conf') };
  return [...ofImage(dockerfile, service), ...ofCompose(load(await read('compose.yaml'), { schema: YAML11_SCHEMA }), nginx, service), ...ofNginx(nginx.conf), ...ofKubernetes(manifests, service)].filter(Boolean);
}

const unless = (holds, sentence) => (holds ? null : sentence);

function ofImage(dockerfile, { paths }) {
  const stages = new Set([...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, name]) => name));
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image).filter((image) => !stages.has(image));
  const [, path] = /^HEALTHCHECK .*\}(\/[\w/]+)`/m.exec(dockerfile) ?? [];
  return [
    ...images.map((image) => unless(PINNED.test(image), `Dockerfile: ${image} is not pinned to a version.`)),
    unless(paths.has(path), `Dockerfile: HEALTHCHECK asks ${path}, which is no route.`),
    unless(/^USER [1-9]\d*:[1-9]\d*$/m.test(dockerfile), 'Dockerfile: USER must be a number, and not root.'),
    unless(/^CMD \["node", "dist\/main\.js"\]$/m.test(dockerfile), 'Dockerfile: CMD must be the service itself, so that it gets the signals.'),
  ];
}

function ofCompose({ services }, { instances }, { settings }) {
  const own = Object.entries(services).filter(([name]) => /^anteroom-\d+$/.test(name));
  const addresses = [...instances.matchAll(/^server (\S+):(\d+) /gm)].map(([, address, port]) => `${address}:${port}`);
  const proxy = services.nginx.networks.front.ipv4_address;
  return [
    ...Object.entries(services).map(([name, { image, build }]) => unless(build !== undefined || PINNED.test(image), `compose.yaml: ${name}: ${image} is not pinned to a version.`)),
    ...own.flatMap(([name, { environment, stop_grace_period: grace }]) => [
      unless(environment.TRUST_PROXY === proxy, `compose.yaml: ${name} trusts ${environment.TRUST_PROXY}; nginx is ${proxy}.`),
      unless(parseInt(grace, 10) > STOP_SECONDS, `compose.yaml: ${name} is killed after ${grace}.`),
      ...Object.keys(environment).map((key) => unless(settings.has(key), `compose.yaml: ${name}: ${key} is no setting.`)),
      ...SECRETS.map((key) => unless(environment[key] === undefined, `compose.yaml: ${name}: ${key} belongs in the .env.`)),
    ]),
    unless(String(own.map(([, { networks, environment }]) => `${networks.front.ipv4_address}:${environment.PORT}`).sort()) === String(addresses.sort()), `deploy/nginx/instances.conf has ${addresses.join(', ')}; compose.yaml has others.`),
  ];
}

function ofNginx(conf) {
  const [, sockets = ''] = /location \/socket\.io\/ \{([^}]*)\}/.exec(conf) ?? [];
  const [, seconds] = /proxy_read_timeout (\d+)s;/.exec(sockets) ?? [];
  return [
    unless(Number(seconds) > SILENCE_SECONDS, `deploy/nginx/nginx.conf: silent sockets are closed after ${seconds} s.`),
    unless(/hash \$remote_addr consistent;/.test(conf), 'deploy/nginx/nginx.conf: clients that poll are not kept on their instance.'),
    unless(/proxy_set_header X-Forwarded-For \$remote_addr;/.test(conf), 'deploy/nginx/nginx.conf: callers could make up their address.'),
  ];
}

function ofKubernetes(manifests, { settings, paths }) {
  const { resources } = manifests['kustomization.yaml'];
  const there = Object.keys(manifests).filter((name) => !['kustomization.yaml', 'secret.example.yaml'].includes(name));
  const { spec } = manifests['deployment.yaml'].spec.template;
  const [container] = spec.containers;
  const probes = { startup: container.startupProbe, liveness: container.livenessProbe, readiness: container.readinessProbe };
  const { data } = manifests['configmap.yaml'];
  const { stringData } = manifests['secret.example.yaml'];
  const timeout = manifests['ingress.yaml'].metadata.annotations['nginx.org/proxy-read-timeout'];
  return [
    unless(String(there.sort()) === String([...resources].sort()), `deploy/kubernetes: kustomization.yaml lists ${resources.join(', ')}; there are ${there.join(', ')}.`),
    ...Object.entries(probes).map(([name, { httpGet }]) => unless(paths.has(httpGet.path), `deploy/kubernetes: the ${name} probe asks ${httpGet.path}, which is no route.`)),
    unless(spec.terminationGracePeriodSeconds > STOP_SECONDS, 'deploy/kubernetes: a pod is killed before it has stopped.'),
    unless(Number(data.STOP_DELAY_SECONDS) >= LIST_SECONDS, 'deploy/kubernetes: a pod closes while it is still being called.'),
    ...Object.keys({ ...data, ...stringData }).map((key) => unless(settings.has(key), `deploy/kubernetes: ${key} is no setting.`)),
    ...Object.entries(stringData).map(([key, value]) => unless(value === '', `deploy/kubernetes: the example has a value of ${key}.`)),
    unless(parseInt(timeout, 10) > SILENCE_SECONDS, `deploy/kubernetes: silent sockets are closed after ${timeout}.`),
    unless(manifests['autoscaler.yaml'].spec.minReplicas >= 2, 'deploy/kubernetes: one pod alone cannot be replaced without a pause.'),
  ];
}
