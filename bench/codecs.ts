/**
 * CRC-32C, LZ4 and Snappy: the kernel against its twin, over records as JSON lines of LA-8's shape.
 *   node bench/codecs.ts [ROUNDS]
 * Rounds alternate, medians are printed; zlib's CRC-32 is the landmark.
 */
import { crc32 } from 'node:zlib';
import type { BlockCodecs } from '../kernels/codecs-blocks.ts';
import { decodeLz4, decodeSnappy } from '../kernels/codecs-frames.ts';
import { KernelCodecs } from '../kernels/codecs-kernel.ts';
import { TwinCodecs } from '../kernels/codecs-twin.ts';
import { seededRandom } from '../runtime/random.ts';
import { greedyPlan, lz4Frame, snappyBlock } from '../test/kernels/codecs-encoders.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const CONTENT_BYTES = 2 ** 20;
const BLOCK_BYTES = 2 ** 16;
const REPEATS = { kernel: 8, twin: 1 };

const random = seededRandom(1);

function record(index: number): string {
  const ap = random.integer(2000);
  const site = ap % 100;
  return (
    `{"ts":${1767225600000 + index * 3},"org":"org-${site % 10}","site":"site-${site}","ap":"ap-${ap}",` +
    `"client":"${random.integer(2 ** 31).toString(16)}","rssi":${-40 - random.integer(50)},` +
    `"bytes_tx":${random.integer(1e6)},"bytes_rx":${random.integer(1e7)},"band":"${random.integer(2) === 0 ? 5 : 6}"}\n`
  );
}

function makeContent(): Buffer {
  let text = '';
  for (let index = 0; text.length < CONTENT_BYTES; index++) text += record(index);
  return Buffer.from(text).subarray(0, CONTENT_BYTES);
}

const content = makeContent();
const parts = Array.from({ length: CONTENT_BYTES / BLOCK_BYTES }, (_, i) =>
  content.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES),
);
const lz4 = lz4Frame(parts.map((part) => ({ content: part, plan: greedyPlan(part) })));
const snappy = snappyBlock(greedyPlan(content), random);

const codecs = { kernel: new KernelCodecs(), twin: new TwinCodecs() };

/** By name: what to do once, and the bytes in and out. */
const tasks: Record<string, (codecs: BlockCodecs) => unknown> = {
  'crc32c 1 MiB': (blocks) => blocks.crc32c(content),
  'crc32c 16 KiB': (blocks) => {
    for (let at = 0; at < CONTENT_BYTES; at += 2 ** 14)
      blocks.crc32c(content.subarray(at, at + 2 ** 14));
  },
  'crc32c 1 KiB': (blocks) => {
    for (let at = 0; at < CONTENT_BYTES; at += 2 ** 10)
      blocks.crc32c(content.subarray(at, at + 2 ** 10));
  },
  lz4: (blocks) => decodeLz4(blocks, lz4, CONTENT_BYTES),
  snappy: (blocks) => decodeSnappy(blocks, snappy, CONTENT_BYTES),
};

function nsPerByte(work: () => unknown, repeats: number): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < repeats; i++) work();
  return Number(process.hrtime.bigint() - start) / repeats / CONTENT_BYTES;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const rate = (ns: number) => `${ns.toFixed(3)} ns a byte (${(1 / ns).toFixed(2)} GB/s)`;

console.log(
  `1 MiB of JSON lines; LZ4 ${lz4.length} bytes, Snappy ${snappy.length}; ${ROUNDS} rounds in turns`,
);
for (const [name, task] of Object.entries(tasks)) {
  const spent: { kernel: number[]; twin: number[] } = { kernel: [], twin: [] };
  for (let round = -3; round < ROUNDS; round++) {
    for (const who of ['kernel', 'twin'] as const) {
      const ns = nsPerByte(() => task(codecs[who]), REPEATS[who]);
      if (round >= 0) spent[who].push(ns);
    }
  }
  const [kernel, twin] = [median(spent.kernel), median(spent.twin)];
  const ratio = (twin / kernel).toFixed(1);
  console.log(`${name.padEnd(14)} kernel ${rate(kernel)}, twin ${rate(twin)}: ${ratio} times`);
}
const zlib = Array.from({ length: ROUNDS }, () => nsPerByte(() => crc32(content), 8));
console.log(`zlib's CRC-32, 1 MiB: ${rate(median(zlib))}`);
const copied = Array.from({ length: ROUNDS }, () => nsPerByte(() => Buffer.from(content), 8));
console.log(`a copy to new memory: ${rate(median(copied))}`);
