/** Figures of several rounds: their middle, and how far they lie apart. */

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** Largest less smallest, as a share of the median: 0.1 says that all rounds lie within 10 % of it. */
export const spread = (values: readonly number[]): number =>
  rounded((Math.max(...values) - Math.min(...values)) / median(values), 3);

/** Nearest rank; `share` in 0..1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The straight line with the least squares. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const under = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  const slope = under === 0 ? 0 : over / under;
  return { slope, intercept: y - slope * x };
}
