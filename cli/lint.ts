/** `la lint`: everything that is wrong with a project's files, at once. */
import { resolve } from 'node:path';
import type { Fault } from '../views/lint.ts';
import { type Command, jsonOption } from './command.ts';
import { lintDirectory } from './load-project.ts';
import { counted, faultLines, jsonLine } from './print.ts';

export const lint: Command = {
  doc: 'Checks la.json and the views: every fault with its place and what to do.',
  usage: '[DIR] [--json]',
  notes: 'Exit code 2 where there are errors; warnings alone are none.',
  options: { json: jsonOption },
  positionalsMax: 1,
  async run({ positionals: [dir = '.'], options }) {
    const { faults, project } = await lintDirectory(resolve(dir));
    const errors = faults.filter(({ severity }) => severity === 'error').length;
    const warnings = faults.length - errors;
    const views = project?.views.length ?? null;
    process.stdout.write(
      options.json === true
        ? jsonLine({ ok: errors === 0, errors, warnings, views, faults })
        : `${faults.map(faultLines).join('')}${verdict({ dir, faults, errors, warnings, views })}\n`,
    );
    return errors === 0 ? 0 : 2;
  },
};

interface Verdict {
  readonly dir: string;
  readonly faults: readonly Fault[];
  readonly errors: number;
  readonly warnings: number;
  /** Null where there are errors. */
  readonly views: number | null;
}

function verdict({ dir, faults, errors, warnings, views }: Verdict): string {
  const found = [counted(errors, 'error'), counted(warnings, 'warning')].join(', ');
  if (views === null) return `${found} in ${counted(new Set(faults.map(fileOf)).size, 'file')}.`;
  const sound = `${dir}: ${counted(views, 'view')}, no errors`;
  return warnings === 0 ? `${sound}.` : `${sound}, ${counted(warnings, 'warning')}.`;
}

const fileOf = ({ file }: Fault): string => file;
