/** What the report is made of: the JSON that each case printed, and when and where they were measured. */
import { readFileSync } from 'node:fs';
import type { CaseReport } from '../report-line.ts';

export interface Results {
  readonly measured: string;
  readonly version: string;
  readonly machine: { readonly cores: number; readonly cpu: string; readonly node: string };
  readonly cases: readonly MeasuredCase[];
}

export interface MeasuredCase {
  /** The command that measured it. */
  readonly command: string;
  readonly report: CaseReport;
}

export const readResults = (path: string): Results => JSON.parse(readFileSync(path, 'utf8'));

export const casesOf = ({ cases }: Results, name: string): readonly MeasuredCase[] =>
  cases.filter(({ report }) => report.case === name);

export type Point = Readonly<Record<string, unknown>>;

export const pointsOf = ({ report }: MeasuredCase): readonly Point[] => report.points ?? [];
export const numberIn = (point: Point, name: string): number => Number(point[name] ?? Number.NaN);

const units: readonly (readonly [number, string])[] = [
  [1e9, ' G'],
  [1e6, ' M'],
  [1e3, ' k'],
];

/** Three digits. */
export function shortNumber(value: number): string {
  const [scale, unit] = units.find(([each]) => Math.abs(value) >= each) ?? [1, ''];
  const scaled = value / scale;
  const digits = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${Number(scaled.toFixed(digits))}${unit}`;
}
