/** Encoders for the tests of the codecs: greedy ones for text, and random ones that use all that the formats allow. */
import { KernelCodecs } from '../../kernels/codecs-kernel.ts';
import type { Random } from '../../runtime/random.ts';

/** Literals, then a match: `length` bytes from `offset` bytes before; the last step of a plan has no match. */
export interface Step {
  readonly literals: Uint8Array;
  readonly offset: number;
  readonly length: number;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly content: Buffer;
}

/** Matches of at least four bytes, the last place of each four bytes first. */
export function greedyPlan(content: Buffer): Plan {
  const places = new Map<number, number>();
  const steps: Step[] = [];
  let begin = 0;
  for (let at = 0; at + 12 < content.length; ) {
    const word = content.readUInt32LE(at);
    const place = places.get(word);
    places.set(word, at);
    if (place === undefined || at - place > 65535) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < content.length - 5 && content[place + length] === content[at + length])
      length++;
    steps.push({ literals: content.subarray(begin, at), offset: at - place, length });
    at += length;
    begin = at;
  }
  steps.push({ literals: content.subarray(begin), offset: 0, length: 0 });
  return { steps, content };
}

const lengths = [0, 1, 3, 14, 15, 16, 17, 59, 60, 61, 64, 65, 255, 269, 270, 271, 300, 525, 600];

/** Any lengths and offsets, overlapping ones mostly; `before` is what matches may reach back to. */
export function randomPlan(random: Random, before: Uint8Array = Buffer.alloc(0)): Plan {
  const draw = (limit: number) => random.integer(limit);
  const length = () => (draw(3) === 0 ? (lengths[draw(lengths.length)] ?? 0) : draw(24));
  const steps: Step[] = [];
  const content: number[] = [...before];
  const literal = (count: number) => {
    const bytes = Uint8Array.from({ length: count }, () => 97 + draw(26));
    content.push(...bytes);
    return bytes;
  };
  for (let step = draw(12); step > 0; step--) {
    const literals = literal(content.length === 0 ? 1 + length() : length());
    const most = Math.min(content.length, 65535);
    const offset = 1 + draw(draw(3) === 0 ? most : Math.min(most, 20));
    const matched = 4 + length();
    for (let i = 0; i < matched; i++) content.push(content[content.length - offset] ?? 0);
    steps.push({ literals, offset, length: matched });
  }
  steps.push({ literals: literal(length()), offset: 0, length: 0 });
  return { steps, content: Buffer.from(content.slice(before.length)) };
}

/** The bytes after a length whose nibble is full. */
function lz4More(length: number): number[] {
  const bytes: number[] = [];
  if (length < 15) return bytes;
  let left = length - 15;
  for (; left >= 255; left -= 255) bytes.push(255);
  return [...bytes, left];
}

export function lz4Block({ steps }: Plan): Buffer {
  const parts = steps.flatMap(({ literals, offset, length }) => {
    const matched = Math.max(0, length - 4);
    const token = (Math.min(15, literals.length) << 4) | Math.min(15, matched);
    const match = length === 0 ? [] : [offset & 255, offset >> 8, ...lz4More(matched)];
    return [
      Buffer.from([token, ...lz4More(literals.length)]),
      Buffer.from(literals),
      Buffer.from(match),
    ];
  });
  return Buffer.concat(parts);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const littleEndian = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

function snappyLiteral(literals: Uint8Array, random: Random): Buffer[] {
  if (literals.length === 0) return [];
  const last = literals.length - 1;
  const least = last < 60 ? 0 : last < 256 ? 1 : last < 65536 ? 2 : 3;
  const more = random.integer(8) === 0 ? Math.max(least, 1 + random.integer(4)) : least;
  const tag = more === 0 ? last : 59 + more;
  return [Buffer.from([tag << 2, ...littleEndian(last, more)]), Buffer.from(literals)];
}

function snappyCopies(offset: number, length: number, random: Random): Buffer[] {
  const copies: Buffer[] = [];
  for (let left = length; left > 0; ) {
    const part = Math.min(left, 64);
    const short = part >= 4 && part < 12 && offset < 2048;
    const wide = random.integer(8) === 0;
    const tag = (part - 1) << 2;
    if (wide) copies.push(Buffer.from([tag | 3, ...littleEndian(offset, 4)]));
    else if (short)
      copies.push(Buffer.from([((offset >> 8) << 5) | ((part - 4) << 2) | 1, offset & 255]));
    else copies.push(Buffer.from([tag | 2, ...littleEndian(offset, 2)]));
    left -= part;
  }
  return copies;
}

/** A raw block. */
export function snappyBlock({ steps, content }: Plan, random: Random): Buffer {
  const parts = steps.flatMap(({ literals, offset, length }) => [
    ...snappyLiteral(literals, random),
    ...snappyCopies(offset, length, random),
  ]);
  return Buffer.concat([Buffer.from(varint(content.length)), ...parts]);
}

export function xerialStream(blocks: readonly Buffer[]): Buffer {
  const header = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.concat([
    header,
    ...blocks.flatMap((block) => [uint32(block.length).reverse(), block]),
  ]);
}

const uint32 = (value: number) => Buffer.from(littleEndian(value, 4));

const codecs = new KernelCodecs();

/** Held against the formats' own vectors before it is used here. */
export function xxHash32(bytes: Uint8Array): number {
  codecs.begin(bytes);
  return codecs.hashInput(0, bytes.length);
}

export interface Lz4FrameOptions {
  readonly linked?: boolean;
  readonly blockChecksums?: boolean;
  readonly contentChecksum?: boolean;
  readonly contentSize?: boolean;
  /** 4 to 7: 64 KiB to 4 MiB. */
  readonly blockMaxCode?: number;
}

/** Blocks with null for a plan are stored as they are. */
export function lz4Frame(
  blocks: readonly { content: Buffer; plan: Plan | null }[],
  options: Lz4FrameOptions = {},
): Buffer {
  const { linked, blockChecksums, contentChecksum, contentSize, blockMaxCode = 4 } = options;
  const content = Buffer.concat(blocks.map((block) => block.content));
  const bit = (on: boolean | undefined, place: number) => (on === true ? 1 << place : 0);
  const flags =
    64 | bit(!linked, 5) | bit(blockChecksums, 4) | bit(contentSize, 3) | bit(contentChecksum, 2);
  const size = contentSize === true ? littleEndian(content.length, 8) : [];
  const header = Buffer.from([flags, blockMaxCode << 4, ...size]);
  const parts = blocks.flatMap(({ content: stored, plan }) => {
    const bytes = plan === null ? stored : lz4Block(plan);
    const length = uint32(plan === null ? bytes.length + 2 ** 31 : bytes.length);
    return [length, bytes, ...(blockChecksums === true ? [uint32(xxHash32(bytes))] : [])];
  });
  return Buffer.concat([
    uint32(0x184d2204),
    header,
    Buffer.from([(xxHash32(header) >>> 8) & 255]),
    ...parts,
    uint32(0),
    ...(contentChecksum === true ? [uint32(xxHash32(content))] : []),
  ]);
}

/** Truncated, with bytes changed, put in or taken out; sometimes as it was. */
export function mutated(random: Random, bytes: Uint8Array): Buffer {
  const draw = (limit: number) => random.integer(limit);
  const sharp = [0, 1, 4, 15, 16, 127, 128, 240, 254, 255];
  let made = Buffer.from(bytes);
  for (let times = draw(4); times > 0; times--) {
    const at = draw(made.length + 1);
    const byte = Buffer.from([draw(2) === 0 ? (sharp[draw(sharp.length)] ?? 0) : draw(256)]);
    const skipped = [made.length, 1, 0, 1, draw(40)][draw(5)] ?? 0;
    const put = draw(4) === 0 ? Buffer.alloc(0) : byte;
    made = Buffer.concat([made.subarray(0, at), put, made.subarray(at + skipped)]);
  }
  return made;
}
