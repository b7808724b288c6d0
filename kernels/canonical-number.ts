/**
 * One text for each number: equal by value means equal text, so that numbers can be keys and be counted distinct as
 * bytes. Integers keep all their digits, other numbers have the shortest text of their double.
 */

/** Of an integer that is finite as a double, and of any double's text. */
export const CANONICAL_BYTES_MAX = 512;

/** Where `canonicalNumber` leaves its text. */
export const canonicalBytes: Uint8Array = new Uint8Array(CANONICAL_BYTES_MAX);

/**
 * Writes the canonical text of the JSON number in bytes [start, end) to `canonicalBytes`. Returns its length; 0 when the
 * number is not finite as a double.
 */
export function canonicalNumber(bytes: Uint8Array, start: number, end: number): number {
  const text = canonicalNumberText(numberText(bytes, start, end));
  if (text === undefined) return 0;
  for (let i = 0; i < text.length; i++) canonicalBytes[i] = text.charCodeAt(i);
  return text.length;
}

/** The same for text in the grammar of JSON numbers; undefined when it is not finite as a double. */
export function canonicalNumberText(text: string): string | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  if (Math.abs(value) < 2 ** 53) return String(value);
  return exactInteger(text) ?? String(value);
}

/** All digits of an integer, however it is written; undefined when the text's value is not whole. */
function exactInteger(text: string): string | undefined {
  const exponentAt = text.search(/[eE]/);
  const mantissa = exponentAt < 0 ? text : text.slice(0, exponentAt);
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = whole + fraction;
  // The value is finite and beyond 2^53, which bounds both places.
  const places = whole.length + exponent;
  if (/[1-9]/.test(digits.slice(places))) return undefined;
  return sign + digits.slice(0, places).padEnd(places, '0').replace(/^0+/, '');
}

/** The number's text; ASCII by its grammar. */
export function numberText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 64) {
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
