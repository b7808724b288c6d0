/** How errors and faults look. */
import type { ErrorData } from '../runtime/errors.ts';
import type { Fault } from '../views/lint.ts';

export function printError(error: ErrorData, json: boolean): void {
  if (json) {
    const { code, message, remedy, context } = error;
    process.stderr.write(`${JSON.stringify({ error: { code, message, remedy, context } })}\n`);
    return;
  }
  process.stderr.write(`${error.code}: ${error.message}\n  ${error.remedy}\n`);
  if (error.code === 'LA_UNEXPECTED' && error.stack !== undefined) {
    process.stderr.write(`${error.stack}\n`);
  }
}

export const faultLines = ({ file, line, column, severity, code, message, remedy }: Fault) =>
  `${file}:${line}:${column}: ${severity} ${code}: ${message}\n    ${remedy}\n`;
