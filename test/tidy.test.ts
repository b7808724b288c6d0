/** The repository's own rules: who may import whom, sizes, leftovers. Each message names what to do instead. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { matchesGlob, posix } from 'node:path';
import { test } from 'node:test';

const root = new URL('../', import.meta.url);
const LINES_MAX = 300;
const tables = ['views/errors.ts', 'kernels/c/powers-of-ten.h'];

const data = ['runtime', 'kernels', 'views', 'state', 'connectors'];
const all = [...data, 'actors', 'control', 'cluster', 'cli', 'ui'];
/** Which of our folders a folder may import. */
const ours: Record<string, readonly string[]> = {
  runtime: [],
  kernels: ['runtime'],
  views: ['runtime'],
  state: ['runtime', 'kernels', 'views'],
  connectors: ['runtime', 'kernels'],
  control: ['runtime', 'views'],
  actors: data,
  cluster: [...data, 'actors', 'control'],
  cli: all,
  ui: all,
  bench: [...all, 'bench', 'test', 'examples'],
  test: [...all, 'bench', 'test', 'examples', '.ci'],
  examples: all,
  '.ci': ['kernels'],
};

/** Which files a package may be imported from, beside benches and tests. */
const packages: Record<string, string> = {
  zod: '{views,connectors}/**',
  kafkajs: 'connectors/kafka/**',
  'cassandra-driver': 'connectors/cassandra/**',
  '@aws-sdk/client-s3': 'connectors/s3/**',
  '@opentelemetry/api': 'runtime/telemetry.ts',
  piscina: 'actors/**',
  etcd3: 'cluster/etcd.ts',
  fastify: '{cli,ui}/**',
  pino: 'cli/**',
  '@yowasp/clang': '.ci/**',
  'node:sqlite': 'connectors/sqlite/**',
  'node:worker_threads': '{runtime,actors,cli}/**',
};
const builtins: [folders: string, modules: string][] = [
  ['kernels/modules.ts', 'node:fs'],
  ['runtime/collect-garbage.ts', 'node:{v8,vm}'],
  ['{kernels,views,state,control}/**', 'node:{buffer,crypto}'],
  ['runtime/**', 'node:{buffer,crypto,worker_threads}'],
  ['actors/**', 'node:{buffer,crypto,path,util,worker_threads,zlib}'],
];

const nondeterministic =
  /\b(Math\.random|Date\.now|performance\.now|process\.hrtime|set(Timeout|Interval)|new Date\(\))/;
const leftovers: [where: string, what: RegExp, instead: string][] = [
  ['**', /\b(TODO|FIXME|XXX)\b/, 'do it, or open an issue'],
  ['test/**', /\b(test|describe|it)\.only\(/, 'run all tests'],
  ['!{cli,bench,test,bin,.ci}/**', /\bconsole\./, 'return it, or log through the engine'],
  ['{kernels,views,state,actors,control}/**', nondeterministic, 'take a Clock or a Random'],
  ['runtime/!(clock|random|doorbell).ts', nondeterministic, 'take a Clock or a Random'],
];

/** Specifiers that a file imports, module URLs of threads included. */
const imports = (text: string): string[] =>
  [
    /\b(?:from\s|import\s*\(?)\s*'([^']+)'/g,
    /\b(?:new URL\(\s*|threadUrl\(\s*import\.meta\.url,\s*)'([^']+)'/g,
  ].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));

function importFault(path: string, specifier: string): string | undefined {
  const from = path.split('/')[0] ?? '';
  if (specifier.startsWith('.')) {
    const to = posix.join(posix.dirname(path), specifier).split('/')[0] ?? '';
    if (to === from || !(to in ours) || ours[from]?.includes(to)) return undefined;
    return `${from} may not import ${to}: see the table in test/tidy.test.ts`;
  }
  if (/^(test|bench|examples|\.ci)$/.test(from)) return undefined;
  if (!specifier.startsWith('node:') && !(specifier in packages))
    return 'no package of ours: dependencies are decided on';
  const where = packages[specifier];
  if (where !== undefined && !matchesGlob(path, where)) return `only ${where} may import it`;
  const allowed = builtins.find(([folders]) => matchesGlob(path, folders))?.[1];
  if (allowed === undefined || !specifier.startsWith('node:')) return undefined;
  return matchesGlob(specifier, allowed) ? undefined : `${from} may import ${allowed} only`;
}

const negated = (path: string, glob: string) =>
  glob.startsWith('!') ? !matchesGlob(path, glob.slice(1)) : matchesGlob(path, glob);

function faults(path: string, text: string): string[] {
  const found = imports(text).flatMap((specifier) => {
    const fault = importFault(path, specifier);
    return fault === undefined ? [] : [`${path} imports ${specifier}: ${fault}`];
  });
  const lines = text.split('\n').length - 1;
  if (lines > LINES_MAX && !path.startsWith('test/') && !tables.includes(path))
    found.push(`${path} has ${lines} lines, more than ${LINES_MAX}: split it`);
  if (path === 'test/tidy.test.ts') return found;
  for (const [where, what, instead] of leftovers) {
    const hit = what.exec(text)?.[0];
    if (hit !== undefined && negated(path, where)) found.push(`${path} has ${hit}: ${instead}`);
  }
  return found;
}

const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const folders = `{${Object.keys(ours).join(',')},bin,.ci}`;
const files = globSync(`${folders}/**/*.{ts,js,mjs,cjs,html,css,c,h}`, { cwd: root });

test('every file keeps to the rules', () => {
  assert.ok(files.length > 100, 'the files are found');
  assert.deepEqual(
    files.flatMap((path) => faults(path, read(path))),
    [],
  );
});

test('every test runs: in exactly one of the scripts', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const globs = ['unit', 'integration', 'tidy'].flatMap((name) =>
    [...scripts[name].matchAll(/'?(test\/[^']+)'?/g)].map((match) => match[1]),
  );
  const lost = files
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => globs.filter((glob) => matchesGlob(path, glob)).length !== 1);
  assert.deepEqual(lost, [], 'name their folder in a script of package.json');
});

test('every aggregation is registered, so that its tests, bench and docs are derived', () => {
  const registry = imports(read('views/aggregations/registry.ts'));
  const made = files.filter((path) => /^views\/aggregations\//.test(path));
  const lost = made.filter((path) => / = aggregation\(\{/.test(read(path)));
  assert.ok(lost.length > 20);
  assert.deepEqual(
    lost.filter((path) => !registry.includes(`./${posix.basename(path)}`)),
    [],
  );
});

test('the rules catch what they are for', () => {
  const f = (path: string, text: string, expected: RegExp) =>
    assert.match(faults(path, text).join('\n'), expected, `${path}: ${text}`);
  f('views/a.ts', "import { x } from '../connectors/x.ts';", /views may not import connectors/);
  f('runtime/a.ts', "await import(\n  '../views/x.ts');", /runtime may not import views/);
  f('actors/a.ts', "import '../bench/x.ts';", /actors may not import bench/);
  f('runtime/a.ts', "new Worker(new URL('../actors/x.ts', import.meta.url))", /may not import/);
  f('connectors/a.ts', "threadUrl(import.meta.url, '../actors/x')", /may not import actors/);
  f('actors/a.ts', "import { z } from 'zod';", /only \{views,connectors\}/);
  f('connectors/file/a.ts', "import { DatabaseSync } from 'node:sqlite';", /only connectors/);
  f('cli/a.ts', "import x from 'left-pad';", /no package of ours/);
  f('state/a.ts', "import { readFileSync } from 'node:fs';", /state may import/);
  f('actors/a.ts', 'setTimeout(f, 1);', /take a Clock/);
  f('runtime/ring.ts', 'Date.now();', /take a Clock/);
  f('state/a.ts', 'console.log(1);', /console/);
  f('test/a.test.ts', "test.only('x', f);", /run all tests/);
  f('connectors/a.ts', '// TODO later', /do it/);
  f('cli/a.ts', 'x;\n'.repeat(301), /more than 300/);
  assert.deepEqual(faults('runtime/clock.ts', 'Date.now()'), []);
  assert.deepEqual(faults('cli/a.ts', "console.log(1); import '../actors/x.ts';"), []);
});
