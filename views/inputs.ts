/** Which kind of column an aggregation's input is read from. */
import type { ColumnKind } from '../runtime/chunk.ts';
import type { InputKind } from './aggregations/contract.ts';
import type { ColumnType } from './spec.ts';

/** Types of value that an input takes. */
export const inputTakes: Record<InputKind, readonly ColumnType[]> = {
  number: ['number'],
  value: ['number', 'text'],
  hash: ['number', 'text'],
  time: [],
  condition: ['boolean'],
};

export const inputTakesText: Record<InputKind, string> = {
  number: 'numbers',
  value: 'numbers or text',
  hash: 'numbers or text',
  time: 'nothing',
  condition: 'a condition',
};

/** `declared` is undefined for columns whose type the stream does not declare. */
export function inputColumnKind(kind: InputKind, declared: ColumnType | undefined): ColumnKind {
  if (kind === 'number') return 'f64';
  if (kind === 'hash') return 'hash64';
  if (declared === 'number') return 'f64';
  return declared === 'text' ? 'dict32' : 'value';
}
