/** Tables of text: columns as wide as their widest cell, and fewer of them where the line is too short. */

export interface TextColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Where there is too little room the columns of the highest rank are left out first; those of rank 0 never. */
  readonly rank?: number;
}

/** ANSI sequences around a cell's text, which take up no room. */
export type CellStyle = (text: string) => string;

export interface TextCell {
  readonly text: string;
  readonly style?: CellStyle;
}

export interface TableOptions {
  readonly width?: number;
  readonly titleStyle?: CellStyle;
}

const GAP = '  ';

/** The title line and one line a row. */
export function tableLines(
  columns: readonly TextColumn[],
  rows: readonly (readonly TextCell[])[],
  { width = Number.POSITIVE_INFINITY, titleStyle = (text) => text }: TableOptions = {},
): string[] {
  const titles = columns.map(({ title }): TextCell => ({ text: title, style: titleStyle }));
  const table = [titles, ...rows];
  const widths = columns.map((_, at) => Math.max(...table.map((row) => textAt(row, at).length)));
  const shown = columnsThatFit(columns, widths, width);
  return table.map((row) =>
    shown
      .map((at) => {
        const text = textAt(row, at);
        const room = widths[at] ?? 0;
        const isLast = at === shown.at(-1);
        const padded =
          columns[at]?.align === 'right' ? text.padStart(room) : isLast ? text : text.padEnd(room);
        return row[at]?.style?.(padded) ?? padded;
      })
      .join(GAP),
  );
}

const textAt = (row: readonly TextCell[], at: number): string => row[at]?.text ?? '';

/** Indexes of the columns that fit, in order. */
function columnsThatFit(
  columns: readonly TextColumn[],
  widths: readonly number[],
  width: number,
): number[] {
  let shown = columns.map((_, at) => at);
  const rank = (at: number) => columns[at]?.rank ?? 0;
  for (;;) {
    const total = shown.reduce((sum, at) => sum + (widths[at] ?? 0) + GAP.length, -GAP.length);
    const first = Math.max(...shown.map(rank));
    if (total <= width || first === 0) return shown;
    shown = shown.filter((at) => rank(at) !== first);
  }
}

export const plainCells = (texts: readonly string[]): TextCell[] => texts.map((text) => ({ text }));
