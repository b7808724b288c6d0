/** How errors and faults look. */
import type { ErrorData } from '../runtime/errors.ts';
import type { Fault } from '../views/lint.ts';

/** For stderr: text, or with `json` one object a line. */
export function errorText(error: ErrorData, json: boolean): string {
  const { code, message, remedy, context, stack } = error;
  if (json) return `${JSON.stringify({ error: { code, message, remedy, context } })}\n`;
  const text = `${code}: ${message}\n  ${remedy}\n`;
  return code === 'LA_UNEXPECTED' && stack !== undefined ? `${text}${stack}\n` : text;
}

export const printError = (error: ErrorData, json: boolean): void => {
  process.stderr.write(errorText(error, json));
};

export const faultLines = ({ file, line, column, severity, code, message, remedy }: Fault) =>
  `${file}:${line}:${column}: ${severity} ${code}: ${message}\n    ${remedy}\n`;

/** `3 views`; `1 view`. */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? singular : plural}`;

export const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
