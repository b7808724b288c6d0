import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BlockCodecs } from '../../kernels/codecs-blocks.ts';
import { decodeLz4, decodeSnappy } from '../../kernels/codecs-frames.ts';
import { KernelCodecs } from '../../kernels/codecs-kernel.ts';
import { TwinCodecs } from '../../kernels/codecs-twin.ts';
import { LaError } from '../../runtime/errors.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import {
  greedyPlan,
  lz4Frame,
  mutated,
  type Plan,
  randomPlan,
  snappyBlock,
  xerialStream,
  xxHash32,
} from './codecs-encoders.ts';

const kernel = new KernelCodecs();
const twin = new TwinCodecs();
const both = { kernel, twin };
const RUNS = { numRuns: Number(process.env.LA_FUZZ_RUNS ?? 300) };

const hex = (text: string) => Buffer.from(text, 'hex');

const bytesOf = (random: Random, length: number) =>
  Uint8Array.from({ length }, () => random.integer(256));

type Decode = typeof decodeLz4;

/** What it decodes to, or the code of its error. */
function outcome(decode: Decode, codecs: BlockCodecs, bytes: Uint8Array, sizeMax: number): string {
  try {
    return Buffer.from(decode(codecs, bytes, sizeMax)).toString('hex');
  } catch (error) {
    if (error instanceof LaError) return `${error.message} ${error.code}`;
    throw error;
  }
}

test('CRC-32C of the vectors of RFC 3720 and of the check value', () => {
  const f = (bytes: Uint8Array, expected: number) => {
    for (const [name, codecs] of Object.entries(both))
      assert.equal(codecs.crc32c(bytes), expected, name);
  };
  f(Buffer.alloc(0), 0);
  f(Buffer.from('123456789'), 0xe3069283);
  f(Buffer.alloc(32), 0x8a9136aa);
  f(Buffer.alloc(32, 255), 0x62a8ab43);
  f(
    Uint8Array.from({ length: 32 }, (_, i) => i),
    0x46dd794e,
  );
  f(
    Uint8Array.from({ length: 32 }, (_, i) => 31 - i),
    0x113fdb5c,
  );
  f(
    hex(
      '01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000',
    ),
    0xd9963a56,
  );
});

test('CRC-32C of any length is that of the twin, and leaves its input alone', () => {
  const lengths = [1, 15, 16, 17, 8191, 8192, 8193, 8207, 8208, 65535, 65536, 65537, 73727, 73728];
  const random = seededRandom(7);
  const bytes = bytesOf(random, 300_000);
  const copy = Buffer.from(bytes);
  for (const length of [...lengths, ...Array.from({ length: 60 }, () => random.integer(300_000))]) {
    const from = random.integer(bytes.length - length + 1);
    const part = bytes.subarray(from, from + length);
    assert.equal(kernel.crc32c(part), twin.crc32c(part), `${length} bytes from ${from}`);
  }
  assert.ok(copy.equals(bytes));
});

test('xxHash32 of known vectors', () => {
  const f = (text: string, expected: number) => {
    const bytes = Buffer.from(text);
    twin.begin(bytes, 0);
    assert.equal(twin.hashInput(0, bytes.length), expected, text);
    assert.equal(xxHash32(bytes), expected, text);
  };
  f('', 0x02cc5d05);
  f('a', 0x550d7456);
  f('abc', 0x32d153ff);
  f('Nobody inspects the spammish repetition', 0xe2293b2f);
});

const text = `{"ts":1767225600000,"org":"org-1","ap":"ap-0017","band":"5"}
{"ts":1767225600250,"org":"org-1","ap":"ap-0018","band":"5"}
${'ab'.repeat(40)}${'z'.repeat(90)}`;

test('what the reference encoders made', () => {
  const f = (decode: Decode, encoded: string, expected: string) => {
    for (const [name, codecs] of Object.entries(both)) {
      const decoded = Buffer.from(decode(codecs, hex(encoded), expected.length));
      assert.equal(decoded.toString(), expected, name);
      const tooLittle = outcome(decode, codecs, hex(encoded), expected.length - 1);
      assert.match(tooLittle, /LA_CODEC_TOO_LARGE/, name);
    }
  };
  const block =
    'f0007b227473223a3137363732323536300100702c226f7267223a0600fc102d31222c226170223a2261702d30303137222c2262616e64223a2235227d0a3d002f32353d00091a383d002f616202003b1f7a010041507a7a7a7a7a';
  f(decodeLz4, `04224d186040825b000000${block}00000000`, text);
  f(decodeLz4, `04224d187c4024010000000000000c5b000000${block}7b7c4c49000000007c8c3e88`, text);
  f(
    decodeSnappy,
    'a402387b227473223a3137363732323536300101182c226f7267223a0106782d31222c226170223a2261702d30303137222c2262616e64223a2235227d0a3e3d000432356e3d000038363d00046162fe0200360200007afe0100620100',
    text,
  );
  f(decodeSnappy, '0d3048656c6c6f2c20576f726c6421', 'Hello, World!');
  f(
    decodeSnappy,
    '224057696b69706564696120456e6379636c6f2e0d00106963616c0a',
    'Wikipedia Encyclopedia Encyclical\n',
  );
});

const codesOf = (bytes: string) => [
  outcome(decodeLz4, kernel, hex(bytes), 1000),
  outcome(decodeLz4, twin, hex(bytes), 1000),
];

test('LZ4: damage is told, with its place', () => {
  const f = (bytes: string, expected: RegExp) => {
    for (const told of codesOf(bytes)) {
      assert.match(told, expected);
      assert.match(told, /LA_CODEC_DAMAGED/);
    }
  };
  const head = '04224d18604082';
  const hello = '060000005068656c6c6f';
  for (const good of codesOf(`${head}${hello}00000000`)) assert.equal(good, '68656c6c6f');
  f('', /at byte 0: it ends too early/);
  f('04224d19', /no frame begins here/);
  f('04224d18604083', /header's checksum/);
  f('04224d18204082', /unknown flags/);
  f('04224d18603082', /unknown flags/);
  f('04224d18614082', /dictionary/);
  f(`${head}${hello}`, /ends too early/);
  f(`${head}${hello.slice(0, -2)}`, /ends too early/);
  f(`${head}01000100`, /larger than the frame allows/);
  f(`${head}010000001000000000`, /does not decode/);
  f(`${head}01000000f000000000`, /does not decode/);
  f(`${head}0300000010610000000000`, /does not decode/);
  f(`${head}05000000106100005000000000`, /does not decode/);
  f(`${head}05000000106102005000000000`, /does not decode/);
  f(`${head}${hello}0000000000`, /ends too early/);
});

test('LZ4: skippable frames are skipped, frames follow one another', () => {
  const frame = '04224d18604082060000005068656c6c6f00000000';
  for (const told of codesOf(`552a4d1802000000ffff${frame}${frame}`))
    assert.equal(told, '68656c6c6f68656c6c6f');
});

test('Snappy: damage is told', () => {
  const f = (bytes: string, expected: RegExp) => {
    for (const codecs of Object.values(both)) {
      const told = outcome(decodeSnappy, codecs, hex(bytes), 1000);
      assert.match(told, expected);
    }
  };
  const xerial = '82534e41505059000000000100000001';
  f('0000', /does not decode/);
  f('00', /^$/);
  f(xerial, /^$/);
  f(`${xerial}00000003010061${xerial}00000003010062`, /^6162$/);
  f('', /its size is none/);
  f('ffffffff7f00', /its size is none/);
  f('ffffffff0f00', /cannot hold/);
  f('e907', /cannot hold/);
  f(`e907${'00'.repeat(60)}`, /LA_CODEC_TOO_LARGE/);
  f('0200', /does not decode/);
  f('020061', /does not decode/);
  f('0100610062', /does not decode/);
  f('05006101', /does not decode/);
  f('0500610100', /does not decode/);
  f('0500610102', /does not decode/);
  f('05fcffffffff', /does not decode/);
  f(xerial.slice(0, -2), /ends too early/);
  f(`${xerial}0000`, /ends too early/);
  f(`${xerial}00000004010061`, /ends too early/);
  f(`${xerial}ffffffff010061`, /ends too early/);
});

/** A frame of everything that frames have, and what it holds. */
function randomFrame(random: Random): { bytes: Buffer; content: Buffer } {
  const on = () => random.integer(2) === 0;
  const linked = on();
  let content = Buffer.alloc(0);
  const blocks = Array.from({ length: random.integer(4) }, () => {
    const plan = randomPlan(random, linked ? content : undefined);
    content = Buffer.concat([content, plan.content]);
    return { content: plan.content, plan: random.integer(4) === 0 ? null : plan };
  });
  const bytes = lz4Frame(blocks, {
    linked,
    blockChecksums: random.integer(4) === 0,
    contentChecksum: random.integer(4) === 0,
    contentSize: on(),
    blockMaxCode: 4 + random.integer(4),
  });
  return { bytes, content };
}

function randomSnappy(random: Random): { bytes: Buffer; content: Buffer } {
  const plans: Plan[] = Array.from({ length: 1 + random.integer(3) }, () => randomPlan(random));
  const [first] = plans;
  if (random.integer(2) === 0 && first !== undefined)
    return { bytes: snappyBlock(first, random), content: first.content };
  const bytes = xerialStream(plans.map((plan) => snappyBlock(plan, random)));
  return { bytes, content: Buffer.concat(plans.map((plan) => plan.content)) };
}

const kinds = [
  ['LZ4', decodeLz4, randomFrame],
  ['Snappy', decodeSnappy, randomSnappy],
] as const;

for (const [name, decode, make] of kinds) {
  test(`${name}: what is encoded decodes, damaged input is refused or decodes alike`, () => {
    const f = (seed: number) => {
      const random = seededRandom(seed);
      const { bytes, content } = make(random);
      const expected = content.toString('hex');
      const sizeMax = content.length + random.integer(3);
      assert.equal(outcome(decode, kernel, bytes, sizeMax), expected);
      assert.equal(outcome(decode, twin, bytes, sizeMax), expected);
      for (let round = 0; round < 8; round++) {
        const damage = mutated(random, bytes);
        const most = random.integer(3) === 0 ? random.integer(content.length + 1) : 100_000;
        assert.equal(
          outcome(decode, kernel, damage, most),
          outcome(decode, twin, damage, most),
          damage.toString('hex'),
        );
      }
    };
    fc.assert(fc.property(fc.integer(), f), RUNS);
  });
}

test('matches that end anywhere near the end, and literals cut off anywhere', () => {
  const random = seededRandom(3);
  const alphabet = Buffer.from('abcdefghijklmnopqrstuvwxyz');
  const f = (plan: Plan, cutAt: number) => {
    const raw = snappyBlock(plan, random);
    const frame = lz4Frame([{ content: plan.content, plan }]);
    const size = plan.content.length;
    const less = snappyBlock({ ...plan, content: plan.content.subarray(1) }, random);
    for (const codecs of Object.values(both)) {
      assert.match(outcome(decodeSnappy, codecs, less, size), /does not decode/);
      assert.match(outcome(decodeLz4, codecs, frame, size - 1), /TOO_LARGE/);
      assert.ok(plan.content.equals(decodeSnappy(codecs, raw, size)));
      assert.ok(plan.content.equals(decodeLz4(codecs, frame, size)));
      for (let cut = 1; cut < cutAt; cut++)
        assert.match(outcome(decodeSnappy, codecs, raw.subarray(0, cut), size), /DAMAGED/);
    }
  };
  for (const offset of [1, 3, 15, 16]) {
    for (let length = 4; length < 38; length++) {
      for (let rest = 0; rest < 18; rest++) {
        const match = { literals: alphabet.subarray(0, 16), offset, length };
        const tail = { literals: alphabet.subarray(0, rest), offset: 0, length: 0 };
        const written = [...match.literals];
        for (let i = 0; i < length; i++) written.push(written.at(-offset) ?? 0);
        const content = Buffer.concat([Buffer.from(written), tail.literals]);
        f({ steps: [match, tail], content }, 0);
      }
    }
  }
  for (const length of [61, 300, 60_000]) {
    const content = Buffer.alloc(length, 'x');
    // Sometimes a length has more bytes than it needs.
    for (let i = 0; i < 30; i++)
      f({ steps: [{ literals: content, offset: 0, length: 0 }], content }, 9);
  }
});

test('a large text, through all block sizes, into a memory that grows and is replaced', () => {
  const line = (i: number) =>
    `{"ts":${1767225600000 + i * 17},"client":"c-${(i * 7919) % 5000}"}\n`;
  const content = Buffer.from(Array.from({ length: 30_000 }, (_, i) => line(i)).join(''));
  const codecs = new KernelCodecs();
  for (const blockMaxCode of [4, 5, 6, 7]) {
    const size = 2 ** (8 + 2 * blockMaxCode);
    const parts = Array.from({ length: Math.ceil(content.length / size) }, (_, i) =>
      content.subarray(i * size, (i + 1) * size),
    );
    const frame = lz4Frame(
      parts.map((part) => ({ content: part, plan: greedyPlan(part) })),
      { blockMaxCode, contentChecksum: true },
    );
    assert.ok(frame.length < content.length / 2, 'it compresses');
    assert.ok(content.equals(decodeLz4(codecs, frame, 2 ** 30)));
  }
  const random = seededRandom(1);
  const raw = snappyBlock(greedyPlan(content), random);
  assert.ok(content.equals(decodeSnappy(codecs, raw, content.length)));
  const zeros = Buffer.alloc(4 * 2 ** 20);
  const steps = [
    { literals: zeros.subarray(0, 1), offset: 1, length: zeros.length - 6 },
    { literals: zeros.subarray(0, 5), offset: 0, length: 0 },
  ];
  const block = { content: zeros, plan: { steps, content: zeros } };
  const frame = lz4Frame(
    Array.from({ length: 17 }, () => block),
    { blockMaxCode: 7 },
  );
  const decoded = decodeLz4(codecs, frame, 17 * zeros.length);
  assert.equal(decoded.length, 17 * zeros.length);
  for (let at = 0; at < decoded.length; at += zeros.length)
    assert.ok(zeros.equals(decoded.subarray(at, at + zeros.length)));
  assert.ok(content.equals(decodeSnappy(codecs, raw, content.length)));
});
