/** Judges rows by their contents: invalid, then filtered (DESIGN §5.1). Lateness comes after it, see lateness.ts. */
import { type ColumnSpec, rowStatusReasons, Tag } from '../runtime/chunk.ts';
import { type Dictionary, EntryType } from '../runtime/dictionary.ts';
import type { InputKind } from '../views/aggregations/contract.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { ChunkValues } from './chunk-values.ts';
import { Verdict } from './verdict.ts';

/** A column that a key or an input reads, and the tags it may have there: bit t for tag t. */
interface TypedUse {
  readonly column: number;
  readonly tags: number;
  /** A dictionary column of which only the text entries will do. */
  readonly textOnly: boolean;
  readonly verdict: number;
}

const bits = (...tags: number[]) => tags.reduce((all, tag) => all | (1 << tag), 0);
const PRESENT_OR_NULL = bits(Tag.PRESENT, Tag.NULL);

export class Judge {
  readonly #filter: ViewPlan['filter'];
  readonly #uses: readonly TypedUse[];
  /** By verdict - Verdict.INVALID. */
  readonly reasons: readonly string[];
  /** Of the rows of the chunk judged last, where `judge` said that they count. */
  verdicts: Uint16Array = new Uint16Array(0);

  constructor(plan: ViewPlan) {
    const reasons = [...rowStatusReasons];
    const uses: TypedUse[] = [];
    const add = (column: number, tags: number, textOnly: boolean) => {
      const same = (use: TypedUse) => {
        return use.column === column && use.tags === tags && use.textOnly === textOnly;
      };
      if (uses.some(same)) return;
      const reason = `wrong_type:${plan.columns[column]!.path}`;
      if (!reasons.includes(reason)) reasons.push(reason);
      uses.push({ column, tags, textOnly, verdict: Verdict.INVALID + reasons.indexOf(reason) });
    };
    for (const { source } of plan.keys) {
      if (source.from === 'column') add(source.index, PRESENT_OR_NULL, false);
    }
    for (const { definition, inputs } of plan.aggregations) {
      const kinds: Readonly<Record<string, InputKind>> = definition.inputs;
      for (const [name, input] of Object.entries(inputs)) {
        if (input.from !== 'column') continue;
        const spec: ColumnSpec = plan.columns[input.index]!;
        const isMixed = kinds[name] === 'value' && spec.kind === 'value';
        const tags = PRESENT_OR_NULL | (isMixed ? bits(Tag.TEXT) : 0);
        add(input.index, tags, kinds[name] === 'value' && spec.kind === 'dict32');
      }
    }
    this.#filter = plan.filter;
    this.#uses = uses;
    this.reasons = reasons;
  }

  /** Whether any of rows [from, to) is not kept: only then `verdicts` tell of them. */
  judge(values: ChunkValues, from: number, to: number): boolean {
    const { chunk, columns, dictionaries } = values;
    let used = false;
    if (chunk.flagged) {
      used = this.clear(from, to, used);
      const { status } = chunk;
      const { verdicts } = this;
      for (let row = from; row < to; row++) {
        if (status[row] !== 0) verdicts[row] = Verdict.INVALID + status[row]!;
      }
    }
    for (const use of this.#uses) {
      const column = columns[use.column]!;
      if (column.tagged && hasOther(column.tags, use.tags, from, to)) {
        used = this.clear(from, to, used);
        refuseTags(this.verdicts, column.tags, use, from, to);
      }
      const dictionary = dictionaries[use.column];
      if (
        use.textOnly &&
        dictionary !== undefined &&
        hasOtherThanText(dictionary, column.codes, from, to)
      ) {
        used = this.clear(from, to, used);
        refuseEntries(this.verdicts, dictionary, column.codes, use.verdict, from, to);
      }
    }
    if (this.#filter === null) return used;
    const { nulls, numbers } = values.evaluate(this.#filter);
    used = this.clear(from, to, used);
    const { verdicts } = this;
    for (let row = from; row < to; row++) {
      if ((nulls[row] !== 0 || numbers[row] === 0) && verdicts[row] === Verdict.KEEP) {
        verdicts[row] = Verdict.FILTERED;
      }
    }
    return used;
  }

  /** Sets the verdicts to KEEP, unless they are in use. Returns true. */
  clear(from: number, to: number, used: boolean): boolean {
    if (used) return true;
    if (this.verdicts.length < to) this.verdicts = new Uint16Array(to);
    this.verdicts.fill(Verdict.KEEP, from, to);
    return true;
  }
}

function hasOther(tags: Uint8Array, accepted: number, from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (((accepted >> tags[row]!) & 1) === 0) return true;
  return false;
}

function refuseTags(
  verdicts: Uint16Array,
  tags: Uint8Array,
  use: TypedUse,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    if (((use.tags >> tags[row]!) & 1) === 0 && verdicts[row] === Verdict.KEEP) {
      verdicts[row] = use.verdict;
    }
  }
}

function hasOtherThanText(
  { types }: Dictionary,
  codes: Uint32Array,
  from: number,
  to: number,
): boolean {
  for (let row = from; row < to; row++) {
    if (codes[row] !== 0 && types[codes[row]!] !== EntryType.TEXT) return true;
  }
  return false;
}

function refuseEntries(
  verdicts: Uint16Array,
  { types }: Dictionary,
  codes: Uint32Array,
  verdict: number,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    if (
      codes[row] !== 0 &&
      types[codes[row]!] !== EntryType.TEXT &&
      verdicts[row] === Verdict.KEEP
    ) {
      verdicts[row] = verdict;
    }
  }
}
