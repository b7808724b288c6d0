const SUB_BITS = 6;
const SUB = 1 << SUB_BITS;

/** Counts of times in µs up to 2^31, each within 1.6 %. */
export class LatencyHistogram {
  readonly counts = new Float64Array(32 * SUB);
  total = 0;
  maxUs = 0;

  static from(sparse: readonly (readonly [bucket: number, count: number])[], maxUs: number) {
    const histogram = new LatencyHistogram();
    for (const [bucket, count] of sparse) {
      histogram.counts[bucket] = count;
      histogram.total += count;
    }
    histogram.maxUs = maxUs;
    return histogram;
  }

  add(us: number): void {
    const whole = us < 0 ? 0 : us | 0;
    const shift = Math.max(0, 31 - SUB_BITS - Math.clz32(whole));
    this.counts[(shift << SUB_BITS) + (whole >>> shift)]!++;
    this.total++;
    if (whole > this.maxUs) this.maxUs = whole;
  }

  /** Nearest rank, at the middle of its bucket. */
  quantileUs(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.total));
    let below = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      below += this.counts[bucket]!;
      if (below >= rank) return Math.min(this.maxUs, middleOf(bucket));
    }
    return Number.NaN;
  }

  sparse(): [bucket: number, count: number][] {
    return [...this.counts.entries()].filter(([, count]) => count > 0);
  }
}

function middleOf(bucket: number): number {
  if (bucket < 2 * SUB) return bucket;
  const shift = (bucket >> SUB_BITS) - 1;
  return ((bucket & (SUB - 1)) + SUB + 0.5) * 2 ** shift;
}
