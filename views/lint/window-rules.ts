/** Rules of the time interval of a view. */
import type { Json } from '../../runtime/json.ts';
import { isTimezone } from '../calendar.ts';
import { closest } from '../closest.ts';
import { durationOf, formatDuration } from '../duration.ts';
import { suggestion, viewError } from '../errors.ts';
import { type Problem, within } from '../problem.ts';
import { isObject, listOf, memberOf, textOf } from './raw.ts';

const DAY_MS = 86_400_000;
/** Windows that may overlap: each is a table of its own when rows come late. */
const OVERLAP_MAX = 10_000;

/** `grouping` is the value of grouping_cols. */
export function windowProblems(grouping: Json | undefined): Problem[] {
  const items = listOf(grouping);
  if (!Array.isArray(grouping)) return [];
  const indexes = [...items.keys()].filter((index) => memberOf(items[index], 'time') !== undefined);
  const problems: Problem[] = items.flatMap((item, index) =>
    mixed(item).map((problem) => within([index], problem)),
  );
  const [first, second] = indexes;
  if (first === undefined) {
    problems.push({ error: viewError('LA_VIEW_NO_INTERVAL'), path: [] });
    return problems;
  }
  if (second !== undefined) {
    problems.push({ error: viewError('LA_VIEW_TWO_INTERVALS'), path: [second] });
  }
  for (const index of indexes) {
    problems.push(...intervalProblems(items[index]).map((problem) => within([index], problem)));
  }
  return problems;
}

/** An item names a column or a time interval. */
function mixed(item: Json): Problem[] {
  if (!isObject(item)) return [];
  const has = (key: string) => memberOf(item, key) !== undefined;
  const need = (key: string): Problem[] => [
    { error: viewError('LA_CONFIG_MISSING_KEY', { key }), path: [] },
  ];
  if (has('time')) {
    const extra = ['col_name', 'as'].find(has);
    if (extra === undefined) return [];
    const context = { key: extra, suggestion: '', known: 'time, hop, timezone' };
    return [{ error: viewError('LA_CONFIG_UNKNOWN_KEY', context), path: [extra], onKey: true }];
  }
  if (has('hop') || has('timezone')) return need('time');
  return has('col_name') ? [] : need('col_name');
}

function intervalProblems(item: Json | undefined): Problem[] {
  const time = textOf(memberOf(item, 'time'));
  const sizeMs = time === undefined ? undefined : durationOf(time);
  const hop = textOf(memberOf(item, 'hop')) ?? time;
  const hopMs = hop === undefined ? undefined : durationOf(hop);
  const timezone = textOf(memberOf(item, 'timezone'));
  const problems = timezone === undefined ? [] : zoneProblems(timezone);
  if (time === undefined || hop === undefined || sizeMs === undefined || hopMs === undefined) {
    return problems;
  }
  const report = (code: Parameters<typeof viewError>[0], path: string, context: object) =>
    problems.push({ error: viewError(code, { ...context }), path: [path] });
  if (sizeMs === 0) report('LA_VIEW_INTERVAL_ZERO', 'time', { value: time });
  else if (hopMs === 0) report('LA_VIEW_INTERVAL_ZERO', 'hop', { value: hop });
  else if (sizeMs % hopMs !== 0) {
    const suggested = formatDuration(divisorNear(sizeMs, hopMs));
    report('LA_VIEW_HOP_NOT_DIVIDING', 'hop', { hop, time, suggested });
  } else if (sizeMs / hopMs > OVERLAP_MAX) {
    const count = sizeMs / hopMs;
    report('LA_VIEW_TOO_MANY_HOPS', 'hop', { time, hop, count, limit: OVERLAP_MAX });
  }
  const odd = sizeMs % DAY_MS !== 0 ? time : hop;
  if (timezone !== undefined && (sizeMs % DAY_MS !== 0 || hopMs % DAY_MS !== 0)) {
    report('LA_VIEW_TIMEZONE_NOT_DAYS', 'timezone', { value: odd });
  }
  return problems;
}

/** The longest part of `sizeMs` in whole ms that is not above `hopMs`, looked for among the likely ones. */
function divisorNear(sizeMs: number, hopMs: number): number {
  const first = Math.ceil(sizeMs / hopMs);
  for (let parts = first; parts < first + OVERLAP_MAX; parts++) {
    if (sizeMs % parts === 0) return sizeMs / parts;
  }
  return sizeMs;
}

function zoneProblems(timezone: string): Problem[] {
  if (isTimezone(timezone)) return [];
  const meant = closest(timezone, Intl.supportedValuesOf('timeZone'));
  const context = { value: timezone, suggestion: suggestion(meant) };
  return [{ error: viewError('LA_VIEW_UNKNOWN_TIMEZONE', context), path: ['timezone'] }];
}
