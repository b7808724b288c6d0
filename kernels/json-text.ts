/** Strings of JSON as bytes: their escapes, and whether their UTF-8 is well formed. */

/** Where `unescapeText` leaves its text. */
export let unescaped: Uint8Array = new Uint8Array(1024);

const REPLACEMENT = 0xfffd;
const simpleEscapes = new Uint8Array(128);
for (const pair of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  simpleEscapes[pair.charCodeAt(0)] = pair.charCodeAt(1);
}

export const isSimpleEscape = (byte: number): boolean => byte < 128 && simpleEscapes[byte] !== 0;

/** Value of a hexadecimal digit; -1 for any other byte. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

const fourHexDigits = (bytes: Uint8Array, at: number) =>
  (hexDigit(bytes[at]!) << 12) |
  (hexDigit(bytes[at + 1]!) << 8) |
  (hexDigit(bytes[at + 2]!) << 4) |
  hexDigit(bytes[at + 3]!);

/**
 * Writes the text of a valid JSON string, bytes [start, end) between its quotes, to `unescaped` and returns its length.
 * Surrogates without a partner become U+FFFD.
 */
export function unescapeText(bytes: Uint8Array, start: number, end: number): number {
  // Never longer than its escapes: the longest text of six bytes is three.
  if (unescaped.length < end - start) unescaped = new Uint8Array(2 * (end - start));
  let length = 0;
  for (let at = start; at < end; ) {
    const byte = bytes[at]!;
    if (byte !== 92) {
      unescaped[length++] = byte;
      at++;
    } else if (bytes[at + 1] !== 117) {
      unescaped[length++] = simpleEscapes[bytes[at + 1]!]!;
      at += 2;
    } else {
      let codePoint = fourHexDigits(bytes, at + 2);
      at += 6;
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) {
        const escaped = at + 6 <= end && bytes[at] === 92 && bytes[at + 1] === 117;
        const low = escaped && codePoint < 0xdc00 ? fourHexDigits(bytes, at + 2) : 0;
        if (low >= 0xdc00 && low <= 0xdfff) {
          codePoint = 0x10000 + ((codePoint - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        } else {
          codePoint = REPLACEMENT;
        }
      }
      length = writeUtf8(codePoint, length);
    }
  }
  return length;
}

function writeUtf8(codePoint: number, at: number): number {
  if (codePoint < 0x80) {
    unescaped[at++] = codePoint;
  } else if (codePoint < 0x800) {
    unescaped[at++] = 0xc0 | (codePoint >> 6);
    unescaped[at++] = 0x80 | (codePoint & 63);
  } else if (codePoint < 0x10000) {
    unescaped[at++] = 0xe0 | (codePoint >> 12);
    unescaped[at++] = 0x80 | ((codePoint >> 6) & 63);
    unescaped[at++] = 0x80 | (codePoint & 63);
  } else {
    unescaped[at++] = 0xf0 | (codePoint >> 18);
    unescaped[at++] = 0x80 | ((codePoint >> 12) & 63);
    unescaped[at++] = 0x80 | ((codePoint >> 6) & 63);
    unescaped[at++] = 0x80 | (codePoint & 63);
  }
  return at;
}

/** Position after the UTF-8 sequence of several bytes at `at`; -1 when it is not well formed. Reads up to 4 bytes. */
export function afterUtf8(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const second = bytes[at + 1]!;
  if (lead >= 0xc2 && lead <= 0xdf) return isContinuation(second) ? at + 2 : -1;
  if (lead >= 0xe0 && lead <= 0xef) {
    // No overlong forms, no surrogates.
    if (lead === 0xe0 && second < 0xa0) return -1;
    if (lead === 0xed && second > 0x9f) return -1;
    return isContinuation(second) && isContinuation(bytes[at + 2]!) ? at + 3 : -1;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    // No overlong forms, nothing beyond U+10FFFF.
    if (lead === 0xf0 && second < 0x90) return -1;
    if (lead === 0xf4 && second > 0x8f) return -1;
    const rest = isContinuation(second) && isContinuation(bytes[at + 2]!);
    return rest && isContinuation(bytes[at + 3]!) ? at + 4 : -1;
  }
  return -1;
}

const isContinuation = (byte: number) => (byte & 0xc0) === 0x80;
