/** Plots as inline SVG. Colours are CSS classes of the page, so that they follow light and dark. */

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export interface Bar {
  readonly label: string;
  /** A class of the page: what the bar stands for. */
  readonly series: string;
  readonly value: number;
  /** Beside the bar. */
  readonly text: string;
}

const WIDTH = 640;
const LABEL = 190;
const TEXT = 130;
const BAR = 16;
const STEP = 24;

/** Horizontal bars from zero. */
export function bars(title: string, rows: readonly Bar[]): string {
  const most = Math.max(...rows.map(({ value }) => value));
  const height = rows.length * STEP + 4;
  const drawn = rows.map(({ label, series, value, text }, at) => {
    const y = at * STEP + 4;
    const width = Math.max(1, (value / most) * (WIDTH - LABEL - TEXT));
    return `<text x="${LABEL - 10}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>
<rect class="${series}" x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>
<text class="value" x="${(LABEL + width + 8).toFixed(1)}" y="${y + 12}">${escaped(text)}</text>`;
  });
  return svg(title, height, drawn.join('\n'));
}

export interface Curve {
  readonly label: string;
  readonly series: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axes {
  readonly x: string;
  readonly y: string;
  readonly shown: (value: number) => string;
}

const HEIGHT = 300;
const MARGIN = { left: 64, right: 96, top: 36, bottom: 44 };

/** Curves over two logarithmic axes, each named at its end. */
export function curves(title: string, lines: readonly Curve[], { x, y, shown }: Axes): string {
  const all = lines.flatMap(({ points }) => points).filter((point) => point.every((v) => v > 0));
  if (all.length === 0) return '';
  const across = scale(
    all.map(([value]) => value),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const up = scale(
    all.map(([, value]) => value),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const grid = up.ticks.map(
    (
      tick,
    ) => `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${up.at(tick)}" y2="${up.at(tick)}"/>
<text x="${MARGIN.left - 8}" y="${up.at(tick) + 4}" text-anchor="end">${shown(tick)}</text>`,
  );
  const below = [...new Set(all.map(([value]) => value))].map(
    (value) =>
      `<text x="${across.at(value)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${shown(value)}</text>`,
  );
  const ends = spreadOut(lines.map(({ points }) => up.at(points.at(-1)?.[1] ?? 1)));
  const drawn = lines.map(({ label, series, points }, index) => {
    const places = points.map(([px, py]) => [across.at(px), up.at(py)] as const);
    const path = places.map((place) => place.join(',')).join(' ');
    const dots = places.map(
      ([cx, cy]) => `<circle class="${series}" cx="${cx}" cy="${cy}" r="3.5"/>`,
    );
    const end = places.at(-1) ?? [0, 0];
    return `<polyline class="line ${series}" points="${path}"/>${dots.join('')}
<text class="value" x="${end[0] + 10}" y="${ends[index]! + 4}">${escaped(label)}</text>`;
  });
  const named = `<text class="axis" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escaped(x)}</text>
<text class="axis" x="0" y="12">${escaped(y)}</text>`;
  return svg(title, HEIGHT, [...grid, ...below, ...drawn, named].join('\n'));
}

/** From the power of ten (or 1, 2, 5 times one where they are few) below all values to that above. */
function scale(values: readonly number[], from: number, to: number) {
  const logs = values.map(Math.log10);
  const low = Math.min(...logs);
  const high = Math.max(...logs);
  const room = Math.max(0.1, (high - low) * 0.08);
  const at = (value: number) =>
    Number(
      (from + ((Math.log10(value) - low + room) / (high - low + 2 * room)) * (to - from)).toFixed(
        1,
      ),
    );
  const steps = high - low > 2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(low) - 1; power <= Math.ceil(high); power++) {
    for (const step of steps) {
      const tick = step * 10 ** power;
      const log = Math.log10(tick);
      if (log >= low - room && log <= high + room) ticks.push(tick);
    }
  }
  return { at, ticks };
}

const LINE_HEIGHT = 16;

/** Labels at these heights, moved down where they would lie over each other. */
function spreadOut(heights: readonly number[]): number[] {
  const order = [...heights.keys()].sort((a, b) => heights[a]! - heights[b]!);
  const placed = [...heights];
  let last = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    placed[index] = Math.max(heights[index]!, last + LINE_HEIGHT);
    last = placed[index];
  }
  return placed;
}

const svg = (title: string, height: number, content: string) =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">\n${content}\n</svg>`;
