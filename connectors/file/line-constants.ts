/** What is the same in every line of a view's results: names of members and what stands between values. */
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import { type Constant, constant, NUMBER_BYTES_MAX } from './json-bytes.ts';

/** A member's name and what stands before it; the first of a line has its brace instead of the comma. */
const memberText = (name: string, first = false): string =>
  `${first ? '{' : ','}${JSON.stringify(name)}:`;

/** Of the members of the version, the window and the flags. */
const NAMES_BYTES_MAX = 256;
const [COMPLETE, TRUNCATED, GAP] = [1, 2, 4];
const TAILS = 8;

export interface LineConstants {
  readonly keyHeads: readonly Constant[];
  readonly windowStartHead: Constant;
  readonly windowEndHead: Constant;
  readonly valueHeads: readonly Constant[];
  /** Of a line without its keys and its JSON values. */
  readonly lineBytesMax: number;
}

/** What is the same in the lines of one start of a generation. */
export interface LineVersion {
  readonly generation: number;
  readonly claim: number;
  readonly rowsHead: Constant;
  /** What ends a line, by its flags. */
  readonly tails: readonly Constant[];
}

export function lineConstants({ keys, values }: ResultSchema): LineConstants {
  const keyHeads = keys.map((name, at) => memberText(name, at === 0));
  const valueHeads = values.map(({ name }) => memberText(name));
  return {
    keyHeads: keyHeads.map(constant),
    windowStartHead: constant(memberText('window_start', keys.length === 0)),
    windowEndHead: constant(memberText('window_end')),
    valueHeads: valueHeads.map(constant),
    lineBytesMax:
      NAMES_BYTES_MAX +
      Buffer.byteLength([...keyHeads, ...valueHeads].join('')) +
      NUMBER_BYTES_MAX * (values.length + 5),
  };
}

export const lineVersion = ({ generation, claim }: ResultBatch): LineVersion => ({
  generation,
  claim,
  rowsHead: constant(`,"generation":${generation},"rows":`),
  tails: Array.from({ length: TAILS }, (_, flags) => tail(claim, flags)),
});

export const flagsOf = ({ complete, truncated, gap }: ResultBatch, row: number): number =>
  complete[row]! * COMPLETE + truncated[row]! * TRUNCATED + gap[row]! * GAP;

function tail(claim: number, flags: number): Constant {
  const complete = (flags & COMPLETE) !== 0;
  const truncated = (flags & TRUNCATED) !== 0 ? ',"truncated":true' : '';
  const gap = (flags & GAP) !== 0 ? ',"gap":true' : '';
  return constant(`,"complete":${complete},"claim":${claim}${truncated}${gap}}\n`);
}
