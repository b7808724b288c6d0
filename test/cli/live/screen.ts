/** What a terminal shows of a text with the few control sequences that we use. Throws over any other. */

const ESCAPE = '\\x1b\\[';
const tokens = new RegExp(`${ESCAPE}[\\d;?]*[A-Za-z]|[^]`, 'gu');
const sequences = new RegExp(`^${ESCAPE}(\\d*)(\\w)$`);

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** All lines since the beginning, those that have scrolled away too, without trailing blanks. */
export function screenLines(text: string, { columns, rows }: ScreenSize): string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  const newLine = () => {
    row++;
    column = 0;
    if (row === lines.length) lines.push('');
  };
  const put = (character: string) => {
    if (column === columns) newLine();
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column++;
  };
  for (const [token] of text.matchAll(tokens)) {
    const sequence = sequences.exec(token);
    if (token === '\n') newLine();
    else if (token === '\r') column = 0;
    else if (!token.startsWith('\x1b')) put(token);
    else if (sequence?.[2] === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (sequence?.[2] === 'J') {
      lines[row] = (lines[row] ?? '').slice(0, column);
      lines.length = row + 1;
    } else if (sequence?.[2] === 'F') {
      // What is above the screen cannot be reached.
      row = Math.max(row - Number(sequence?.[1]), lines.length - rows, 0);
      column = 0;
    } else if (!token.endsWith('m')) throw new Error(`unknown sequence ${JSON.stringify(token)}`);
  }
  return lines.map((line) => line.trimEnd());
}
