/** The views of the workload in SQL, column by column, and how exactly each column has to be right. */
import type { ViewNumber } from './workload.ts';

/** exact: equal; close: within 1e-6; the others as `oracle.ts` says. */
export type Rule = 'exact' | 'close' | 'distinct' | 'p50' | 'p95';

export interface ExactView {
  readonly sizeMs: number;
  readonly keys: readonly string[];
  /** In the order of the text files. */
  readonly values: Readonly<Record<string, Rule>>;
}

const MINUTE = 60_000;

export const exactViews: Readonly<Record<ViewNumber, ExactView>> = {
  1: {
    sizeMs: MINUTE,
    keys: ['org'],
    values: { cnt: 'exact', tx: 'exact', clients: 'distinct' },
  },
  2: {
    sizeMs: MINUTE,
    keys: ['site'],
    values: { cnt: 'exact', avg_rssi: 'close', min_rssi: 'exact', max_rssi: 'exact' },
  },
  3: { sizeMs: MINUTE, keys: ['ap'], values: { cnt: 'exact', tx: 'exact', rx: 'exact' } },
  4: { sizeMs: MINUTE, keys: ['ap', 'band'], values: { cnt: 'exact', avg_rssi: 'close' } },
  5: {
    sizeMs: 10 * MINUTE,
    keys: ['org', 'band'],
    values: { cnt: 'exact', p50: 'p50', p95: 'p95' },
  },
  6: { sizeMs: 10 * MINUTE, keys: ['site'], values: { clients: 'distinct' } },
  7: {
    sizeMs: 10 * MINUTE,
    keys: ['client'],
    values: { tx: 'exact', max_rssi: 'exact', last_rssi: 'exact' },
  },
  8: { sizeMs: 10_000, keys: [], values: { cnt: 'exact', tx: 'exact', rx: 'exact' } },
};

const columns: Readonly<Record<string, string>> = {
  cnt: 'count(*)',
  tx: 'sum(bytes_tx)::BIGINT',
  rx: 'sum(bytes_rx)::BIGINT',
  clients: 'count(DISTINCT client)',
  avg_rssi: 'avg(rssi)',
  min_rssi: 'min(rssi)',
  max_rssi: 'max(rssi)',
  // Of the row with the greatest (ts, rssi).
  last_rssi: 'max(ts * 1000 + rssi + 200) % 1000 - 200',
  p50: 'quantile_disc(rssi, 0.5)',
  p95: 'quantile_disc(rssi, 0.95)',
};

/** Over a table `t` of records: `w`, the keys, the values. */
export function viewSql(number: ViewNumber): string {
  const { sizeMs, keys, values } = exactViews[number];
  const aggregates = Object.keys(values).map((name) => `${columns[name]} AS ${name}`);
  const window = `ts // ${sizeMs} * ${sizeMs} AS w`;
  return `SELECT ${[window, ...keys, ...aggregates].join(', ')} FROM t GROUP BY ALL`;
}

export const recordsSql = (file: string): string =>
  `SELECT * FROM read_ndjson('${file}', columns = {ts: 'BIGINT', org: 'VARCHAR', site: 'VARCHAR', ap: 'VARCHAR',
    client: 'VARCHAR', rssi: 'INTEGER', bytes_tx: 'BIGINT', bytes_rx: 'BIGINT', band: 'VARCHAR'})`;
