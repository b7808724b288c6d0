/** What the stream that people watch can do. */
import { stripVTControlCharacters } from 'node:util';

export const ESCAPE = '\x1b';

export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Terminal {
  readonly stream: TextStream;
  /** Whether it can be drawn over. */
  readonly isLive: boolean;
  readonly styles: Styles;
}

export type Style = (text: string) => string;

export interface Styles {
  readonly bold: Style;
  readonly dim: Style;
  readonly green: Style;
  readonly yellow: Style;
  readonly red: Style;
}

const sequence =
  (code: number): Style =>
  (text) =>
    `${ESCAPE}[${code}m${text}${ESCAPE}[0m`;
const plain: Style = (text) => text;

const colours: Styles = {
  bold: sequence(1),
  dim: sequence(2),
  green: sequence(32),
  yellow: sequence(33),
  red: sequence(31),
};
export const colourless: Styles = {
  bold: plain,
  dim: plain,
  green: plain,
  yellow: plain,
  red: plain,
};

/** NO_COLOR (not empty) and TERM=dumb are honoured. */
export function terminalOf(stream: TextStream, environment: NodeJS.ProcessEnv): Terminal {
  const isLive = stream.isTTY === true && environment.TERM !== 'dumb';
  const hasColours = isLive && (environment.NO_COLOR ?? '') === '';
  return { stream, isLive, styles: hasColours ? colours : colourless };
}

export const visibleLength = (text: string): number => stripVTControlCharacters(text).length;

const escapes = new RegExp(`(${ESCAPE}\\[[0-9;]*m)`);

/** At most `width` visible characters; one that was cut ends with `…`. */
export function cutTo(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  const parts = text.split(escapes);
  let room = width - 1;
  let cut = '';
  let isCut = false;
  for (const part of parts) {
    if (part.startsWith(ESCAPE)) cut += part;
    else if (!isCut) {
      cut += part.slice(0, room);
      room -= part.length;
      isCut = room <= 0;
      if (isCut) cut += '…';
    }
  }
  return cut;
}
