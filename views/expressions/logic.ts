/** Logic of three values (false && null is false, true && null is null), and choices. */
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

/** `and` where `deciding` is 0, `or` where it is 1: one operand of that value decides, whatever the other is. */
export function andOr(a: NumberVector, b: NumberVector, deciding: 0 | 1): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  /** Stays all zero. */
  let none = vector.nulls;
  return {
    vector,
    step(batch) {
      const { rows } = batch;
      const out = reserveNumbers(vector, batch);
      const valuesA = a.numbers;
      const valuesB = b.numbers;
      vector.mayBeNull = a.mayBeNull || b.mayBeNull;
      if (!vector.mayBeNull) {
        if (deciding === 0) {
          for (let row = 0; row < rows; row++) out[row] = valuesA[row]! * valuesB[row]!;
        } else {
          for (let row = 0; row < rows; row++) out[row] = Math.max(valuesA[row]!, valuesB[row]!);
        }
        return;
      }
      own = reserveNulls(own, batch);
      none = reserveNulls(none, batch);
      vector.nulls = own;
      const nullsA = a.mayBeNull ? a.nulls : none;
      const nullsB = b.mayBeNull ? b.nulls : none;
      // With null halfway between false and true, `and` is the smaller and `or` the larger of the two.
      for (let row = 0; row < rows; row++) {
        const valueA = nullsA[row] === 0 ? valuesA[row]! : 0.5;
        const valueB = nullsB[row] === 0 ? valuesB[row]! : 0.5;
        const value = deciding === 0 ? Math.min(valueA, valueB) : Math.max(valueA, valueB);
        out[row] = value;
        own[row] = value === 0.5 ? 1 : 0;
      }
    },
  };
}

export function not(a: NumberVector): Computed {
  const vector = numberVector();
  return {
    vector,
    step(batch) {
      const out = reserveNumbers(vector, batch);
      const values = a.numbers;
      const { rows } = batch;
      for (let row = 0; row < rows; row++) out[row] = 1 - values[row]!;
      vector.nulls = a.nulls;
      vector.mayBeNull = a.mayBeNull;
    },
  };
}

/** Numbers and booleans by a condition; null where the condition is. */
export function choose(condition: NumberVector, yes: NumberVector, no: NumberVector): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  return {
    vector,
    step(batch) {
      const { rows } = batch;
      const out = reserveNumbers(vector, batch);
      const { numbers: decisions, nulls: undecided, mayBeNull } = condition;
      for (let row = 0; row < rows; row++) {
        out[row] = decisions[row] === 1 ? yes.numbers[row]! : no.numbers[row]!;
      }
      vector.mayBeNull = mayBeNull || yes.mayBeNull || no.mayBeNull;
      if (!vector.mayBeNull) return;
      own = reserveNulls(own, batch);
      vector.nulls = own;
      for (let row = 0; row < rows; row++) {
        const chosen = decisions[row] === 1 ? yes : no;
        const isNull =
          (mayBeNull && undecided[row] !== 0) || (chosen.mayBeNull && chosen.nulls[row] !== 0);
        own[row] = isNull ? 1 : 0;
      }
    },
  };
}

/** Whether an operand has a value: never null itself. */
export function hasNumber(a: NumberVector): Computed {
  const vector = numberVector();
  return {
    vector,
    step(batch) {
      const out = reserveNumbers(vector, batch);
      const { nulls, mayBeNull } = a;
      const { rows } = batch;
      if (!mayBeNull) out.fill(1, 0, rows);
      for (let row = 0; mayBeNull && row < rows; row++) out[row] = nulls[row] === 0 ? 1 : 0;
    },
  };
}
