/** `la init`: a project made from a file of records. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, jsonOption } from './command.ts';
import { initError } from './init/errors.ts';
import { planProject } from './init/plan-project.ts';
import { initReport, reportText } from './init/report.ts';
import { readSample } from './init/sample.ts';
import { foreignFiles, writeProject } from './init/write-project.ts';
import { jsonLine } from './print.ts';

export const init: Command = {
  doc: 'Makes a project from a file of records: columns, event time, first views, tests.',
  usage: 'DIR --from FILE [--event-time COL] [--force] [--json]',
  notes:
    'FILE holds one JSON object a line, plain or .gz. It is copied into the project unless it is there already; files over 256 MiB stay where they are.',
  positionalsMax: 1,
  options: {
    from: { type: 'string', value: 'FILE', doc: 'The records to look at.' },
    'event-time': {
      type: 'string',
      value: 'COL',
      doc: 'The column that says when a row happened.',
    },
    force: { type: 'boolean', doc: 'Write into a folder that is not empty.' },
    json: jsonOption,
  },
  async run({ positionals: [dir], options }) {
    const { from, force, json, 'event-time': eventTime } = options;
    if (dir === undefined) throw initError('LA_INIT_USAGE', { what: 'folder' });
    if (typeof from !== 'string') throw initError('LA_INIT_USAGE', { what: 'file' });
    const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(from)?.[1];
    if (scheme !== undefined) throw initError('LA_INIT_SCHEME', { scheme });
    const projectDir = resolve(dir);
    const dataPath = resolve(from);
    const found = await foreignFiles(projectDir, dataPath);
    if (found.length > 0 && force !== true) throw notEmpty(dir, found);
    const sample = await readSample(from);
    const plan = planProject({
      sample,
      path: from,
      eventTime: typeof eventTime === 'string' ? eventTime : undefined,
    });
    const { records } = sample;
    const hasState = existsSync(join(projectDir, 'state'));
    const written = await writeProject({ dir: projectDir, dataPath, plan, records });
    const report = initReport({ dir, from, sample, plan, written, hasState });
    process.stdout.write(json === true ? jsonLine(report) : reportText(report));
    return 0;
  },
};

const SHOWN_MAX = 3;

function notEmpty(dir: string, found: readonly string[]) {
  const shown = found.slice(0, SHOWN_MAX).join(', ');
  return initError('LA_INIT_NOT_EMPTY', {
    dir,
    found: found.length > SHOWN_MAX ? `${shown}, …` : shown,
  });
}
