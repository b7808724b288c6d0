/**
 * Makes `dist/` the package that is published, but for the JavaScript that tsc then adds. It is laid out like a
 * checkout, with .js for .ts, so that paths between its files are the same. Then `npm publish ./dist`.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

const root = new URL('../', import.meta.url);
const staged = new URL('dist/', root);
const build = JSON.parse(readFileSync(new URL('tsconfig.build.json', root), 'utf8'));
const shipped = ['bin', 'examples', 'schemas', 'ui', 'README.md', 'LICENSE', 'NOTICE'];

function isShipped(path: string): boolean {
  if (statSync(path).isDirectory()) return !/\/examples\/[^/]+\/state$/.test(path);
  return !/\.(ts|c)$/.test(path);
}

rmSync(staged, { recursive: true, force: true });
mkdirSync(staged);
for (const name of [...build.include, ...shipped]) {
  const from = new URL(name, root);
  if (!existsSync(from)) continue;
  cpSync(from, new URL(name, staged), { recursive: true, filter: isShipped });
}
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
// A checkout brings a Node.js for machines that have an older one; users of the package bring their own.
const { private: _, scripts, devDependencies, optionalDependencies, ...published } = manifest;
const text = JSON.stringify({ ...published, engines: { node: '>=24' } }, null, 2);
writeFileSync(new URL('package.json', staged), `${text}\n`);
