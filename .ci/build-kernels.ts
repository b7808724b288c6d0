/**
 * Compiles kernels/c/*.c to kernels/wasm/*.wasm, one module a file: `npm run kernels`. The modules are committed, so that nobody needs
 * the compiler to run or to publish; a test rebuilds them and compares bytes.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commands } from '@yowasp/clang';

const sources = new URL('../kernels/c/', import.meta.url);
const modules = new URL('../kernels/wasm/', import.meta.url);

/** The memory is the importer's: shared where threads share it. 65,536 pages are all that 32 bits name. */
const flags = [
  ...['--target=wasm32', '-std=c23', '-O3', '-msimd128', '-mbulk-memory', '-nostdlib'],
  ...['-Wall', '-Wextra', '-Werror', '-fno-strict-aliasing'],
  ...['-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--strip-all', '-Wl,-z,stack-size=65536'],
];
const sharedFlags = ['-matomics', '-Wl,--shared-memory', '-Wl,--max-memory=4294967296'];

/** Modules that work on a lane's memory, which threads share. */
const shared: readonly string[] = ['decode'];

/** By module name: the bytes that its source compiles to. */
export async function buildKernels(): Promise<Map<string, Uint8Array>> {
  const names = readdirSync(sources);
  const text = (name: string): [string, string] => [
    name,
    readFileSync(new URL(name, sources), 'utf8'),
  ];
  const files = Object.fromEntries(names.map(text));
  const built = new Map<string, Uint8Array>();
  for (const source of names.filter((name) => name.endsWith('.c'))) {
    const { name } = parse(source);
    const output = `${name}.wasm`;
    const all = [...flags, ...(shared.includes(name) ? sharedFlags : []), source, '-o', output];
    const made = await commands.clang?.(all, files, { fetchProgress: () => {} });
    const bytes = made?.[output];
    if (!(bytes instanceof Uint8Array)) throw new Error(`${source}: the compiler made no module`);
    built.set(name, bytes);
  }
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(modules, { recursive: true });
  for (const [name, bytes] of await buildKernels()) {
    writeFileSync(new URL(`${name}.wasm`, modules), bytes);
    console.log(`kernels/wasm/${name}.wasm  ${bytes.length} bytes`);
  }
}
