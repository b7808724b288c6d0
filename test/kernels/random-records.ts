/** Random records, most of them valid, and ways to break them; all from a seed. */

/** Random integers below `limit`, from a seed. */
export type Draw = (limit: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x9e3779b9) | 0;
    let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) % limit;
  };
}

export const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!;

const keys = [
  'ts',
  'a',
  'b',
  'c',
  'x',
  '__proto__',
  'constructor',
  'é',
  '\\u0061',
  'b.c',
  '',
  'toString',
  'a long key of more bytes than a literal remembers, so that it is read the general way',
];
const texts = [
  '',
  'a',
  'abc',
  'abcd',
  'abcde',
  'abcdefgh',
  'hello world',
  'é',
  'ab€',
  'ab😀cd',
  '\\n',
  'x\\u00e9y',
  '\\ud83d\\ude00',
  '\\ud83d',
  '\\udc00\\ud83d',
  '\\"',
  '\\\\',
  '\\/ \\b\\f\\r\\t',
  '\u007f',
  '\\ud83d\\n',
  '\\u0000',
];
const numbers = [
  '0',
  '-0',
  '1',
  '-1',
  '1.0',
  '1e0',
  '10e-1',
  '0.1',
  '-0.5',
  '12.25',
  '1e400',
  '-1e400',
  '1e-400',
  '123456789012345',
  '1234567890123456',
  '9007199254740993',
  '9007199254740993.0',
  '9007199254740992.5',
  '90071992547409930e-1',
  '1e22',
  '1E+22',
  '1.5e300',
  '-1.7976931348623157e308',
  '1.8e308',
  '0.30000000000000001',
  '100000000000000000000.5',
  '4.35',
  '0e99999',
  '0.000001',
  '1e-7',
  '5e-324',
  '1767225600000',
  '1767225600000.9',
  '-1.5',
];
const spaces = ['', '', '', '', ' ', '\t', '\r\n', '  \n '];

/** Sometimes with a zero in front, which is malformed. */
function randomDigits(draw: Draw): string {
  const length = 1 + draw(18);
  const first = draw(20) === 0 ? 0 : 1 + draw(9);
  const others = Array.from({ length: length - 1 }, () => draw(10));
  return `${draw(3) === 0 ? '-' : ''}${first}${others.join('')}`;
}

function randomValue(draw: Draw, depth: number): string {
  const choice = draw(depth > 3 ? 5 : 9);
  if (choice === 0) return pick(draw, ['null', 'true', 'false']);
  if (choice < 3) return draw(2) === 0 ? pick(draw, numbers) : randomDigits(draw);
  if (choice < 5) return `"${pick(draw, texts)}${pick(draw, texts)}"`;
  if (choice === 5) {
    const items = Array.from({ length: draw(4) }, () => randomValue(draw, depth + 1));
    return `[${pick(draw, spaces)}${items.join(`${pick(draw, spaces)},${pick(draw, spaces)}`)}]`;
  }
  return randomObject(draw, depth + 1);
}

function randomObject(draw: Draw, depth: number): string {
  const space = pick(draw, spaces);
  const members = Array.from({ length: draw(7) }, () => {
    return `"${pick(draw, keys)}"${space}:${pick(draw, spaces)}${randomValue(draw, depth)}`;
  });
  return `{${space}${members.join(`,${space}`)}${pick(draw, spaces)}}`;
}

/** Mostly records with a time and the same order of keys, as streams have them. */
export function randomRecord(draw: Draw): string {
  const value = () => randomValue(draw, 1);
  const inner = `{"c":${value()},"x":${value()}}`;
  switch (draw(5)) {
    case 0:
      return pick(draw, spaces) + randomValue(draw, 0) + pick(draw, spaces);
    case 1:
      return `${randomObject(draw, 0)
        .replace('{', `{"ts":${pick(draw, numbers)},"z":0,`)
        .replace(',}', '}')}`;
    case 2:
      return `{"ts": ${draw(1e9)}, "a": ${value()}, "b": ${inner}}`;
    default:
      return `{"ts":${draw(1e9)},"a":${value()},"x":${value()},"b":${inner},"c":${value()}}${pick(draw, spaces)}`;
  }
}

const interestingBytes = [
  0, 9, 10, 31, 32, 34, 44, 45, 46, 48, 57, 58, 91, 92, 93, 101, 110, 123, 125, 127, 128, 0xc0,
  0xe2, 0xed, 0xf0, 0xf5, 0xff,
];

export function mutate(draw: Draw, record: Buffer): Buffer {
  let bytes = Buffer.from(record);
  for (let times = 1 + draw(2); times > 0; times--) {
    const at = draw(bytes.length + 1);
    const byte = Buffer.from([draw(2) === 0 ? pick(draw, interestingBytes) : draw(256)]);
    switch (draw(5)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at + 1)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(draw(bytes.length + 1))]);
    }
  }
  return bytes;
}
