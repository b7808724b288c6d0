/** Arithmetic and comparisons of numbers. Each loop stands alone, so that the compiler sees one operation and plain arrays. */
import {
  type NumberVector,
  numberVector,
  reserveNulls,
  reserveNumbers,
  type Step,
} from './vectors.ts';

interface Computed {
  readonly vector: NumberVector;
  readonly step: Step;
}

type Loop = (out: Float64Array, a: Float64Array, b: Float64Array, rows: number) => void;
type UnaryLoop = (out: Float64Array, a: Float64Array, rows: number) => void;

// `+ 0` turns -0 into 0, so that equal numbers are the same group key.
export const arithmeticLoops: Readonly<Record<string, Loop>> = {
  add(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! + b[row]! + 0;
  },
  subtract(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! - b[row]! + 0;
  },
  multiply(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! * b[row]! + 0;
  },
  divide(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! / b[row]! + 0;
  },
  remainder(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = (a[row]! % b[row]!) + 0;
  },
  min(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.min(a[row]!, b[row]!) + 0;
  },
  max(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.max(a[row]!, b[row]!) + 0;
  },
};

export const unaryLoops: Readonly<Record<string, UnaryLoop>> = {
  negate(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = 0 - a[row]!;
  },
  abs(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.abs(a[row]!);
  },
  ceil(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.ceil(a[row]!) + 0;
  },
  floor(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.floor(a[row]!) + 0;
  },
  round(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = roundHalfAway(a[row]!);
  },
  int(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.trunc(a[row]!) + 0;
  },
  sqrt(out, a, rows) {
    for (let row = 0; row < rows; row++) out[row] = Math.sqrt(a[row]!) + 0;
  },
};

/** Not floor(x + 0.5), which rounds 0.49999999999999994 up. */
export function roundHalfAway(value: number): number {
  const size = Math.abs(value);
  const whole = Math.floor(size);
  const rounded = size - whole >= 0.5 ? whole + 1 : whole;
  return value < 0 ? 0 - rounded : rounded;
}

export const comparisonLoops: Readonly<Record<string, Loop>> = {
  equal(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row] === b[row] ? 1 : 0;
  },
  not_equal(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row] === b[row] ? 0 : 1;
  },
  less(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! < b[row]! ? 1 : 0;
  },
  less_or_equal(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! <= b[row]! ? 1 : 0;
  },
  greater(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! > b[row]! ? 1 : 0;
  },
  greater_or_equal(out, a, b, rows) {
    for (let row = 0; row < rows; row++) out[row] = a[row]! >= b[row]! ? 1 : 0;
  },
};

/** Null where an operand is: borrows the nulls of the only operand that may have them. Returns `own`, grown if need be. */
export function joinNulls(
  vector: NumberVector,
  own: Uint8Array,
  a: NumberVector,
  b: NumberVector,
  rows: number,
): Uint8Array {
  vector.mayBeNull = a.mayBeNull || b.mayBeNull;
  if (!a.mayBeNull) vector.nulls = b.nulls;
  else if (!b.mayBeNull || a.nulls === b.nulls) vector.nulls = a.nulls;
  else {
    const joined = own.length < rows ? new Uint8Array(Math.max(rows, vector.numbers.length)) : own;
    const { nulls: nullsA } = a;
    const { nulls: nullsB } = b;
    for (let row = 0; row < rows; row++) joined[row] = nullsA[row]! | nullsB[row]!;
    vector.nulls = joined;
    return joined;
  }
  return own;
}

export function compareNumbers(loop: Loop, a: NumberVector, b: NumberVector): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  return {
    vector,
    step(batch) {
      loop(reserveNumbers(vector, batch), a.numbers, b.numbers, batch.rows);
      own = joinNulls(vector, own, a, b, batch.rows);
    },
  };
}

/** Null also where the result is not finite: a division by zero, an overflow. */
export function arithmetic(loop: Loop, a: NumberVector, b: NumberVector): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  let ownFinite = vector.nulls;
  return {
    vector,
    step(batch) {
      const { rows } = batch;
      const numbers = reserveNumbers(vector, batch);
      loop(numbers, a.numbers, b.numbers, rows);
      own = joinNulls(vector, own, a, b, rows);
      if (allFinite(numbers, rows)) return;
      ownFinite = reserveNulls(ownFinite, batch);
      addNotFinite(vector, ownFinite, rows);
    },
  };
}

export function unary(loop: UnaryLoop, a: NumberVector): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  return {
    vector,
    step(batch) {
      const { rows } = batch;
      const numbers = reserveNumbers(vector, batch);
      loop(numbers, a.numbers, rows);
      vector.nulls = a.nulls;
      vector.mayBeNull = a.mayBeNull;
      if (allFinite(numbers, rows)) return;
      own = reserveNulls(own, batch);
      addNotFinite(vector, own, rows);
    },
  };
}

function allFinite(numbers: Float64Array, rows: number): boolean {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += numbers[row]! * 0;
  return sum === 0;
}

function addNotFinite(vector: NumberVector, own: Uint8Array, rows: number): void {
  const { numbers, nulls, mayBeNull } = vector;
  for (let row = 0; row < rows; row++) {
    const finite = numbers[row]! * 0 === 0;
    own[row] = finite && (!mayBeNull || nulls[row] === 0) ? 0 : 1;
  }
  vector.nulls = own;
  vector.mayBeNull = true;
}

export function numberIn(a: NumberVector, items: readonly number[]): Computed {
  const vector = numberVector();
  const set = new Set(items);
  return {
    vector,
    step(batch) {
      const numbers = reserveNumbers(vector, batch);
      const from = a.numbers;
      const { rows } = batch;
      for (let row = 0; row < rows; row++) numbers[row] = set.has(from[row]!) ? 1 : 0;
      vector.nulls = a.nulls;
      vector.mayBeNull = a.mayBeNull;
    },
  };
}
