/** The report as one page that needs nothing else. */
import { type Bar, bars, curves, escaped } from './plots.ts';
import {
  casesOf,
  type MeasuredCase,
  numberIn,
  type Point,
  pointsOf,
  type Results,
  shortNumber,
} from './results.ts';

const STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #1d2330; --soft: #5d6675; --rule: #e3e6eb;
  --la: #2563c9; --naive: #c2620e; --duckdb: #7a7f8a; --tail: #8fb0e6; --most: #c9d6ec; }
@media (prefers-color-scheme: dark) { :root { --page: #14171d; --ink: #e8ebf0; --soft: #9aa3b2; --rule: #2a303a;
  --la: #6ea2f5; --naive: #e8964a; --duckdb: #9097a5; --tail: #3e66ab; --most: #2b3e60; } }
body { margin: 0 auto; max-width: 44rem; padding: 2rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.6rem 0 .2rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p, figcaption { color: var(--soft); margin: .2rem 0 .6rem; } figure { margin: 0; } code { font-size: .85em; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; font: 12.5px system-ui, sans-serif; } svg text { fill: var(--soft); }
svg .value { fill: var(--ink); font-variant-numeric: tabular-nums; } svg .grid { stroke: var(--rule); }
.la { fill: var(--la); stroke: var(--la); } .naive { fill: var(--naive); stroke: var(--naive); }
.duckdb { fill: var(--duckdb); stroke: var(--duckdb); } .tail { fill: var(--tail); } .most { fill: var(--most); }
rect { stroke: none; } svg .line { fill: none; stroke-width: 2; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--rule); font-weight: normal; }
th { color: var(--soft); } th:first-child, td:first-child { text-align: left; } .scroll { overflow-x: auto; }
`;

const seriesOf = (name: string): string =>
  ['naive', 'duckdb'].find((each) => name.startsWith(each)) ?? 'la';

const section = (title: string, text: string, body: string, of: readonly MeasuredCase[]) =>
  of.length === 0
    ? ''
    : `<section><h2>${title}</h2><p>${text}</p>${body}<p>${of
        .map(({ command }) => `<code>${escaped(command)}</code>`)
        .join('<br>')}</p></section>`;

const figure = (title: string, plot: string) =>
  `<figure><h3>${escaped(title)}</h3>${plot}</figure>`;

/** One bar a system, of one figure of a case. */
function systemBars(
  of: MeasuredCase,
  key: 'rows_per_cpu_s' | 'rows_per_s' | 'peak_rss_mib',
  unit: string,
) {
  const rows = of.report.systems.map((system): Bar => {
    const spread = key === 'peak_rss_mib' ? 0 : system[`${key}_spread`];
    const noise = spread === 0 ? '' : ` ± ${Math.round(50 * spread)} %`;
    const text = `${shortNumber(system[key])}${unit}${noise}`;
    return { label: system.name, series: seriesOf(system.name), value: system[key], text };
  });
  return bars(`${of.report.case} ${key}`, rows);
}

const nameOf = ({ report }: MeasuredCase): string =>
  `${report.case}, ${report['from'] === 'memory' ? 'memory to columns' : 'file to files'}, ${shortNumber(report.rows)} rows`;

function throughput(results: Results): string {
  const cases = ['LA-8', 'LA-1', 'S-1M'].flatMap((name) => casesOf(results, name));
  const plots = cases.map(
    (each) =>
      figure(`${nameOf(each)}: rows per CPU-second`, systemBars(each, 'rows_per_cpu_s', '')) +
      figure(`${nameOf(each)}: rows per second`, systemBars(each, 'rows_per_s', '')),
  );
  const text = `Medians of rounds in turns; ± is half of what lies between the slowest and the fastest. Checkpoints of la are on.
Every result of every round was held against exact ones. DuckDB is a batch: it sees the whole file at once and keeps nothing up to date.`;
  return section('Throughput', text, plots.join(''), cases);
}

function memory(results: Results): string {
  const cases = ['LA-8', 'S-1M']
    .flatMap((name) => casesOf(results, name))
    .filter(({ report }) => report['from'] === 'file');
  const plots = cases.map((each) => figure(nameOf(each), systemBars(each, 'peak_rss_mib', ' MiB')));
  return section('Memory', 'Peak resident memory of the process.', plots.join(''), cases);
}

const curveOf = (points: readonly Point[], x: string, y: string, label: string) => ({
  ...{ label, series: seriesOf(label) },
  points: points
    .map((point) => [numberIn(point, x), numberIn(point, y)] as const)
    .filter(([, value]) => value > 0),
});

function scaling(results: Results): string {
  const views = casesOf(results, 'views');
  const groups = casesOf(results, 'groups');
  const threads = casesOf(results, 'threads');
  const ofViews = views.map((each) => {
    const lines = ['la', 'naive', 'duckdb'].map((name) =>
      curveOf(pointsOf(each), 'views', `${name}_ns_per_row`, name),
    );
    const axes = { x: 'views of the stream', y: 'ns of CPU a row', shown: shortNumber };
    return curves('CPU a row by number of views', lines, axes);
  });
  const ofGroups = groups.map((each) => {
    const large = pointsOf(each).filter((point) => numberIn(point, 'groups') >= 1e5);
    const lines = [
      curveOf(large, 'groups', 'bytes_per_group', 'la'),
      curveOf(large, 'groups', 'naive_bytes_per_group', 'naive'),
    ];
    return curves('bytes a group', lines, { x: 'groups', y: 'bytes a group', shown: shortNumber });
  });
  const ofThreads = threads.map((each) => systemBars(each, 'rows_per_s', ''));
  return (
    section(
      'Views on one stream',
      'A stream is decoded once, whatever reads it.',
      ofViews.join(''),
      views,
    ) +
    section(
      'Groups',
      'Growth of the whole process by each group of a window.',
      ofGroups.join(''),
      groups,
    ) +
    section('Threads', 'LA-8 from memory, rows per second.', ofThreads.join(''), threads)
  );
}

function latency(results: Results): string {
  const cases = casesOf(results, 'latency');
  const plots = cases.flatMap((each) =>
    ['folded', 'visible', 'naive_folded'].map((what) => {
      const rows = pointsOf(each).flatMap((point): Bar[] =>
        ['p50', 'p99'].map((rank) => {
          const value = numberIn(point, `${what}_${rank}_ms`);
          const series = what.startsWith('naive') ? 'naive' : rank === 'p50' ? 'la' : 'tail';
          return {
            label: `${point['load']}, ${rank}`,
            series,
            value,
            text: `${shortNumber(value)} ms`,
          };
        }),
      );
      return figure(titles[what] ?? what, bars(what, rows));
    }),
  );
  const most = cases.map(({ report }) => shortNumber(Number(report['rows_per_s_max']))).join();
  const text = `By load, as a share of the ${most} rows/s that the warm program folds; idle is 10 rows/s. Rows are due at given
times and waiting counts. Groups that changed are written every 100 ms.`;
  return section('Latency', text, plots.join(''), cases);
}
const titles: Readonly<Record<string, string>> = {
  folded: 'Row due → folded',
  visible: 'Row due → visible in the sink',
  naive_folded: 'The naive program at the same rates: row due → folded',
};

function table(of: MeasuredCase): string {
  const points = pointsOf(of);
  const names = Object.keys(points[0] ?? {});
  const cells = (tag: string, values: readonly unknown[]) =>
    `<tr>${values.map((value) => `<${tag}>${escaped(String(value))}</${tag}>`).join('')}</tr>`;
  const head = cells(
    'th',
    names.map((name) => name.replaceAll('_', ' ')),
  );
  const body = points.map((point) =>
    cells(
      'td',
      names.map((name) => point[name]),
    ),
  );
  return `<div class="scroll"><table>${head}${body.join('')}</table></div>`;
}

function tables(results: Results): string {
  const parts = [
    [
      'checkpoint',
      'Checkpoints',
      'A million groups that change all the time; the longest wait of a row bounds the pause.',
    ],
    [
      'heap',
      'JavaScript heap',
      'What each row adds to the heaps of the threads, and how long collections stop them.',
    ],
    ['aggregations', 'Aggregations', 'Fold of a row, columns ready, one thread.'],
  ] as const;
  return parts
    .map(([name, title, text]) => {
      const cases = casesOf(results, name);
      return section(title, text, cases.map(table).join(''), cases);
    })
    .join('');
}

export function reportPage(results: Results): string {
  const { machine, measured, version } = results;
  const where = `${machine.cores} cores of ${machine.cpu}, Node.js ${machine.node}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Live Aggregators: measurements</title><style>${STYLE}</style></head>
<body><h1>Live Aggregators: measurements</h1>
<p>${escaped(where)}; ${escaped(measured)}, ${escaped(version)}. Under each figure stands the command that made it.</p>
${throughput(results)}${latency(results)}${scaling(results)}${memory(results)}${tables(results)}</body></html>
`;
}
