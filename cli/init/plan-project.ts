/** From a sample to what the project is to be: pure, so that it can be looked at before anything is written. */
import { formatDuration } from '../../views/duration.ts';
import { type ColumnProfile, profileOf, type SampleProfile, typeOf, valueAt } from './columns.ts';
import { initError } from './errors.ts';
import {
  chooseEventTime,
  type EventTimeChoice,
  type TimeCandidate,
  timeCandidates,
  timeOf,
  unitOf,
} from './event-time.ts';
import { type FirstView, firstViews } from './first-views.ts';
import { nameFrom } from './names.ts';
import type { Sample } from './sample.ts';
import { type Timing, timingOf } from './timing.ts';

export interface ProjectPlan {
  readonly stream: string;
  readonly profile: SampleProfile;
  readonly eventTime: EventTimeChoice;
  readonly timing: Timing;
  readonly views: readonly FirstView[];
  /** Of la.json, but for the path of the source. */
  readonly streamDocument: {
    readonly columns: Readonly<Record<string, string>>;
    readonly event_time: { readonly col_name: string; readonly unit: string };
    readonly watermark: { readonly delay: string };
  };
}

export interface PlanOptions {
  readonly sample: Sample;
  /** As the user gave it. */
  readonly path: string;
  /** Instead of the one that is found. */
  readonly eventTime: string | undefined;
}

/** @throws LA_INIT_NO_EVENT_TIME, LA_INIT_BAD_EVENT_TIME */
export function planProject({ sample, path, eventTime: wanted }: PlanOptions): ProjectPlan {
  const { records } = sample;
  const profile = profileOf(records);
  const candidates = timeCandidates(records, profile.columns);
  const eventTime =
    wanted === undefined ? chooseEventTime(candidates) : given(sample, profile, wanted);
  if (eventTime === undefined) {
    throw initError('LA_INIT_NO_EVENT_TIME', { path, columns: columnList(profile.columns) });
  }
  const { path: timePath, unit } = eventTime.chosen;
  const times = Float64Array.from(records, ({ value }) => timeOf(valueAt(value, timePath), unit));
  const timing = timingOf(times);
  const stream = streamName(path);
  const timePaths = new Set([timePath, ...candidates.map((candidate) => candidate.path)]);
  return {
    stream,
    profile,
    eventTime,
    timing,
    views: firstViews({ stream, profile, timing, times: timePaths }),
    streamDocument: {
      columns: declared(profile.columns),
      event_time: { col_name: timePath, unit },
      watermark: { delay: formatDuration(timing.delayMs) },
    },
  };
}

function given({ records }: Sample, { columns }: SampleProfile, path: string): EventTimeChoice {
  const found = unitOf(records, path);
  const list = columnList(columns);
  const known = columns.some((column) => column.path === path);
  if (found === undefined) {
    const problem = known ? 'it holds no time that can be read.' : 'there is no such column.';
    throw initError('LA_INIT_BAD_EVENT_TIME', { column: path, problem, columns: list });
  }
  const chosen: TimeCandidate = { path, ...found, score: 0, reasons: ['you named it'] };
  return { chosen, alternatives: [] };
}

const LISTED_MAX = 20;

function columnList(columns: readonly ColumnProfile[]): string {
  const names = columns.slice(0, LISTED_MAX).map(({ path }) => path);
  const more = columns.length > LISTED_MAX ? ', …' : '';
  return columns.length === 0 ? 'There are none.' : `There are: ${names.join(', ')}${more}.`;
}

/** `wifi_rssi` for `data/wifi-rssi.ndjson.gz`. */
function streamName(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? '';
  return nameFrom(file.replace(/\.gz$/i, '').replace(/\.[A-Za-z0-9]+$/, ''), 'events');
}

function declared(columns: readonly ColumnProfile[]): Record<string, string> {
  return Object.fromEntries(
    columns.flatMap((column): [string, string][] => {
      const type = typeOf(column);
      return type === undefined ? [] : [[column.path, type]];
    }),
  );
}
