/** Expressions as units execute them. */
import { check } from '../../runtime/errors.ts';
import type { ColumnUses } from '../columns.ts';
import type { Evaluator, ExpressionValues } from '../plan.ts';
import { isTextCode } from './bytes.ts';
import { emptyDictionary } from './leaves.ts';
import { compileProgram, type Program } from './program.ts';
import type { Typed } from './typed.ts';
import { type NumberVector, reserveNulls, type TextVector } from './vectors.ts';

export function compileExpression(typed: Typed, uses: ColumnUses): Evaluator {
  const program = compileProgram(typed, uses);
  const { result } = program;
  check(result.holds !== 'values' && typed.type !== 'value', 'an expression has one type');
  if (result.holds === 'texts') return textEvaluator(program, result);
  check(typed.type !== 'text', 'a text is no number');
  return numberEvaluator(program, result, typed.type);
}

/** The same object is handed out again and again: it is what `evaluate` documents. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const emptyValues = (type: Evaluator['type']): Mutable<ExpressionValues> => ({
  type,
  numbers: new Float64Array(0),
  nulls: new Uint8Array(0),
  codes: new Uint32Array(0),
  texts: emptyDictionary,
  textEpoch: 0,
});

function numberEvaluator(
  { steps }: Program,
  result: NumberVector,
  type: 'number' | 'boolean',
): Evaluator {
  const values = emptyValues(type);
  return {
    type,
    evaluate(batch) {
      for (const step of steps) step(batch);
      const { rows } = batch;
      values.numbers = result.numbers;
      const nulls = reserveNulls(values.nulls, batch);
      values.nulls = nulls;
      const from = result.nulls;
      if (!result.mayBeNull) nulls.fill(0, 0, rows);
      else for (let row = 0; row < rows; row++) nulls[row] = from[row] === 0 ? 0 : 1;
      return values;
    },
  };
}

function textEvaluator({ steps }: Program, result: TextVector): Evaluator {
  const values = emptyValues('text');
  return {
    type: 'text',
    evaluate(batch) {
      for (const step of steps) step(batch);
      const { rows } = batch;
      const { codes, dictionary } = result;
      values.codes = codes;
      values.texts = dictionary;
      values.textEpoch = result.epoch;
      const nulls = reserveNulls(values.nulls, batch);
      values.nulls = nulls;
      for (let row = 0; row < rows; row++) nulls[row] = isTextCode(dictionary, codes[row]!) ? 0 : 1;
      return values;
    },
  };
}
