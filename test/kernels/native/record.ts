/**
 * Preloaded into a test file: writes calls of a kernel module to LA_NATIVE_FOLDER/cases, and what they did to …/replies, both as
 * cases.h has them. LA_NATIVE_MODULE names the module, LA_NATIVE_SEED decides what fast-check and this file draw.
 */
import { openSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { seededRandom } from '../../../runtime/random.ts';
import type { NativeModule, Piece } from './native-module.ts';

const { LA_NATIVE_FOLDER = '', LA_NATIVE_MODULE = '', LA_NATIVE_SEED = '0' } = process.env;
/** Whether all calls are recorded. */
const isWhole = process.env.LA_NATIVE_WHOLE === '1';
const NAME_BYTES = 24;
const CASE_BYTES_MAX = 2 ** 20;
const ALL_BYTES_MAX = 48 * 2 ** 20;

const seed = Number(LA_NATIVE_SEED);
fc.configureGlobal({ seed });
const random = seededRandom(seed);
const { native }: { native: NativeModule } = await import(`./${LA_NATIVE_MODULE}.ts`);
const cases = openSync(`${LA_NATIVE_FOLDER}/cases`, 'w');
const replies = openSync(`${LA_NATIVE_FOLDER}/replies`, 'w');
let written = 0;
/** Of the functions recorded: each is at least once. */
const names = new Set<string>();

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index);
  return bytes;
}

/** Without the zeros at its end. */
function trimmed(memory: WebAssembly.Memory, { at, bytes }: Piece): Buffer {
  const all = Buffer.from(memory.buffer, at, bytes);
  let end = bytes;
  while (end > 0 && all[end - 1] === 0) end--;
  return Buffer.from(all.subarray(0, end));
}

type Kernel = (...places: number[]) => number;

function recorded(name: string, kernel: Kernel, memory: WebAssembly.Memory): Kernel {
  const piecesOf = native.calls[name];
  if (piecesOf === undefined) return kernel;
  return (...places) => {
    const skipped = !isWhole && names.has(name) && random.next() > native.share;
    if (skipped || written > ALL_BYTES_MAX) return kernel(...places);
    const wordsOf = (at: number, count: number) => new Uint32Array(memory.buffer, at, count);
    const pieces = piecesOf(wordsOf, ...places);
    for (const { at, bytes, output } of pieces)
      if (output === true) new Uint8Array(memory.buffer, at, bytes).fill(0);
    const before = pieces.map((piece) => trimmed(memory, piece));
    const bytes = before.reduce((sum, { length }) => sum + length, 0);
    if (bytes > CASE_BYTES_MAX) return kernel(...places);
    names.add(name);
    written += bytes;
    const result = kernel(...places);
    const title = Buffer.alloc(NAME_BYTES);
    title.write(name);
    const head = [
      title,
      uint32(places.length, pieces.length),
      Buffer.from(Float64Array.from(places).buffer),
    ];
    const parts = pieces.flatMap(({ at, bytes }, index) => {
      const stored = before[index] ?? Buffer.alloc(0);
      return [uint32(at, bytes, stored.length), stored];
    });
    writeSync(cases, Buffer.concat([...head, ...parts]));
    const after = pieces.map((piece) => trimmed(memory, piece));
    const reply = after.flatMap((stored) => [uint32(stored.length), stored]);
    writeSync(replies, Buffer.concat([uint32(result), ...reply]));
    return result;
  };
}

const { Instance } = WebAssembly;
type InstanceOptions = ConstructorParameters<typeof Instance>;

/** An instance whose functions are recorded, when it is of the module asked for. */
function RecordedInstance(...options: InstanceOptions) {
  const { exports } = new Instance(...options);
  const memory = options[1]?.env?.memory;
  if (!(memory instanceof WebAssembly.Memory)) return { exports };
  if (!Object.keys(native.calls).every((name) => name in exports)) return { exports };
  const functions = Object.entries(exports).map(([name, value]) => [
    name,
    typeof value === 'function' ? recorded(name, value as Kernel, memory) : value,
  ]);
  return { exports: Object.fromEntries(functions) };
}

Object.assign(WebAssembly, { Instance: RecordedInstance });
