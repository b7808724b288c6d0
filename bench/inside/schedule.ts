/** When the rows of a paced stream were due: their own event time says it, in µs of the monotonic clock. */
import { nowMs } from './marks.ts';

/** Added to the clock, so that all times have 16 digits. */
const BASE_US = 1e15;

/** Event time of a row that is due at `ms` of the monotonic clock. */
export const eventUs = (ms: number): number => BASE_US + Math.round(ms * 1000);

/** Now, on the scale of event times. */
export const nowUs = (): number => BASE_US + nowMs() * 1000;
