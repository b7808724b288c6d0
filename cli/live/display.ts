/** Shows a running engine to people, on stderr: drawn in place on a terminal, line by line elsewhere, or not at all. */
import type { Engine } from '../../actors/engine.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Terminal } from '../terminal.ts';
import { LiveBlock } from './live-block.ts';
import { liveTable, progressLine } from './live-table.ts';
import { measure, type Reading } from './measure.ts';

const REDRAW_MS = 250;
/** Rates are taken over so long: a stream with few rows comes in bursts. */
const RATE_MS = 3000;

export interface DisplayOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly title: string;
  /** Between two lines where nothing can be drawn over; null: no lines. */
  readonly lineIntervalMs: number | null;
  /** What stands below the table. */
  readonly footer?: () => readonly string[];
}

export interface Display {
  /** Text of whole lines for people, such as an alarm. */
  print(text: string): void;
  /** Shows the engine until the signal aborts. */
  watch(engine: Pick<Engine, 'status'>, signal: AbortSignal): Promise<void>;
}

export function openDisplay(options: DisplayOptions): Display {
  const { terminal } = options;
  return terminal.isLive ? liveDisplay(options) : lineDisplay(options);
}

function liveDisplay({ terminal, clock, title, footer = () => [] }: DisplayOptions): Display {
  const block = new LiveBlock(terminal.stream);
  const { styles } = terminal;
  return {
    print: (text) => block.print(text),
    async watch(engine, signal) {
      const look = observer(engine, clock);
      while (await slept(clock, REDRAW_MS, signal)) {
        const { measures, elapsedMs } = look();
        const table = liveTable(measures, { width: block.width, styles, elapsedMs, title });
        block.draw([...table, ...footer()]);
      }
      block.clear();
    },
  };
}

function lineDisplay({ terminal, clock, lineIntervalMs }: DisplayOptions): Display {
  const { stream } = terminal;
  return {
    print: (text) => void stream.write(text),
    async watch(engine, signal) {
      if (lineIntervalMs === null) return;
      const look = observer(engine, clock);
      while (await slept(clock, lineIntervalMs, signal)) {
        const { measures, elapsedMs } = look();
        stream.write(`${progressLine(measures, elapsedMs)}\n`);
      }
    },
  };
}

/** Each call looks at the engine and compares it with how it was RATE_MS before. */
function observer(engine: Pick<Engine, 'status'>, clock: Clock) {
  const first = takeReading(engine, clock);
  let readings: Reading[] = [first];
  return () => {
    const now = takeReading(engine, clock);
    const recent = readings.filter(({ monoMs }) => monoMs >= now.monoMs - RATE_MS);
    readings = [...(recent.length === 0 ? readings.slice(-1) : recent), now];
    const measures = measure(readings[0] ?? first, now);
    return { measures, elapsedMs: now.monoMs - first.monoMs };
  };
}

function takeReading(engine: Pick<Engine, 'status'>, clock: Clock): Reading {
  const { user, system } = process.cpuUsage();
  return {
    monoMs: clock.mono(),
    nowMs: clock.now(),
    units: engine.status(),
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
  };
}

/** False once the signal has aborted. */
async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(ms, signal).catch(() => undefined);
  return !signal.aborted;
}
