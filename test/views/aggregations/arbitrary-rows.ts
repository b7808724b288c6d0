/** Random rows and parameters for any registered aggregation, from what it declares. */
import fc from 'fast-check';
import type { Aggregation, InputKind, Params } from '../../../views/aggregations/contract.ts';
import type { Row, Value } from './fold-rows.ts';

/** Of magnitudes that the 106 bits of a sum hold together with their squares. */
const tameNumber = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
  fc.integer({ min: -(10 ** 6), max: 10 ** 6 }).map((n) => n / 1024),
);

const nastyNumber = fc.oneof(
  tameNumber,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1e-300, 1e308, -1e308, 0.1, -0.1, 2 ** 53, 2 ** 53 + 2),
);

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', 'a', 'ab', 'b', 'ä', '𐀀', '\uffff', '\ufeffx', '1', 'x'.repeat(200)),
);

/** An aggregation that rounds sums says so in `error`, as one that is not order-independent does. */
const rounds = (definition: Aggregation) => /106 bits/.test(definition.error);
export const dependsOnOrder = (definition: Aggregation) =>
  /depends on order/.test(definition.error);

function inputValue(kind: InputKind, definition: Aggregation): fc.Arbitrary<Value> {
  const number = rounds(definition) ? tameNumber : nastyNumber;
  if (kind === 'number') return number;
  if (kind === 'time') return fc.integer({ min: -5, max: 5 });
  return fc.oneof(number, text);
}

function rowOf(definition: Aggregation): fc.Arbitrary<Row> {
  const inputs: [string, InputKind][] = Object.entries(definition.inputs);
  return fc.record(
    Object.fromEntries(inputs.map(([name, kind]) => [name, inputValue(kind, definition)])),
  );
}

/** Lists of rows; half of them repeat a few rows, so that ties and equal values abound. */
export function rowLists(definition: Aggregation, lists: number): fc.Arbitrary<Row[][]> {
  const row = rowOf(definition);
  const repeating = fc
    .array(row, { minLength: 1, maxLength: 8 })
    .chain((pool) => fc.array(fc.array(fc.constantFrom(...pool), { maxLength: 30 }), size(lists)));
  if (dependsOnOrder(definition)) return repeating;
  return fc.oneof(repeating, fc.array(fc.array(row, { maxLength: 150 }), size(lists)));
}

const size = (length: number) => ({ minLength: length, maxLength: length });

export function paramsOf(definition: Aggregation): fc.Arbitrary<Params> {
  const arbitraries: Record<string, fc.Arbitrary<number | number[]>> = {};
  for (const [name, spec] of Object.entries(definition.params ?? {})) {
    if (spec.type === 'integer') {
      arbitraries[name] = fc.integer({ min: spec.min, max: Math.min(spec.max, spec.min + 20) });
    } else if (spec.type === 'number') {
      arbitraries[name] = fc.double({ min: spec.min, max: spec.max, noNaN: true });
    } else if (spec.type === 'numbers') {
      arbitraries[name] = fc
        .uniqueArray(tameNumber, { minLength: 1, maxLength: Math.min(20, spec.itemsMax) })
        .map((bounds) => bounds.sort((a, b) => a - b));
    }
  }
  return fc.record(arbitraries);
}
