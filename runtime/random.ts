/** Chance as the engine sees it. Only this file draws numbers; everything else is handed a Random. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, n). */
  integer(n: number): number;
}

export const systemRandom: Random = {
  next: () => Math.random(),
  integer: (n) => Math.floor(Math.random() * n),
};

/**
 * sfc32: the same seed (an Int32) gives the same numbers everywhere, and those of bench's generator. One draw per
 * call; `integer` prefers small numbers by at most n / 2^32. Not for secrets.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = 0xb7e15162 | 0;
  let d = seed | 0;
  const word = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 16; i++) word();
  const next = () => word() * 2 ** -32;
  return { next, integer: (n) => word() % n };
}
