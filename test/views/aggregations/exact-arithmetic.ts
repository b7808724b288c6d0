/** Sums and quotients of doubles without any rounding but the last: what results are held against. */
const SCALE_BITS = 1074n;
const words = new DataView(new ArrayBuffer(8));

/** value × 2^1074, a whole number. */
export function scaled(value: number): bigint {
  words.setFloat64(0, value);
  const bits = words.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & ((1n << 52n) - 1n);
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return value < 0 ? -size : size;
}

/** numerator / denominator / 2^(1074 × scales), rounded once (normal results). */
export function rounded(numerator: bigint, denominator: bigint, scales: bigint): number {
  const negative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = (denominator < 0n ? -denominator : denominator) << (SCALE_BITS * scales);
  if (top === 0n) return 0;
  // 66 or 67 bits of quotient; the last one stands for all that follow.
  const shift = BigInt(top.toString(2).length - bottom.toString(2).length - 66);
  const [high, low] = shift >= 0n ? [top, bottom << shift] : [top << -shift, bottom];
  const quotient = (high / low) | (high % low === 0n ? 0n : 1n);
  const size = timesPowerOfTwo(Number(quotient), Number(shift));
  return negative ? -size : size;
}

function timesPowerOfTwo(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

export const exactSum = (values: readonly number[]): bigint =>
  values.reduce((sum, value) => sum + scaled(value), 0n);
