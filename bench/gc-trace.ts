/** V8's `--trace-gc`: which thread allocated how much on its heap, and was stopped for how long. */

export interface ThreadHeap {
  /** Of what the heap held at each collection more than after the one before. */
  readonly allocatedMib: number;
  readonly longestPauseMs: number;
  readonly collections: number;
}

const LINE =
  /\[\d+:(0x[0-9a-f]+)[^\]]*\]\s+\d+ ms: (?:Scavenge|Minor Mark-Sweep|Mark-Compact)[^0-9]*([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB,.*?([\d.]+) \/ [\d.]+ ms(.*)$/;
/** As many collections a thread asks for at its start (inside/register.ts). */
const THREADS = ['main', 'io', 'reader', 'aggregator-0'];

interface Isolate {
  asked: number;
  allocated: number;
  held: number;
  pause: number;
  collections: number;
}

/** Threads that did not ask for a number of their own are put together as `others`. */
export function heapOfThreads(trace: string): Map<string, ThreadHeap> {
  const isolates = new Map<string, Isolate>();
  for (const line of trace.split('\n')) {
    const [, id = '', before, after, pause, reason = ''] = LINE.exec(line) ?? [];
    if (id === '') continue;
    const fresh = { asked: 0, allocated: 0, held: 0, pause: 0, collections: 0 };
    const isolate = isolates.get(id) ?? fresh;
    isolates.set(id, isolate);
    isolate.allocated += Math.max(0, Number(before) - isolate.held);
    isolate.held = Number(after);
    if (reason.includes('testing')) {
      isolate.asked++;
      continue;
    }
    isolate.collections++;
    isolate.pause = Math.max(isolate.pause, Number(pause));
  }
  const heaps = new Map<string, ThreadHeap>();
  for (const { asked, allocated, pause, collections } of isolates.values()) {
    const name = THREADS[asked] ?? 'others';
    const known = heaps.get(name);
    heaps.set(name, {
      allocatedMib: allocated + (known?.allocatedMib ?? 0),
      longestPauseMs: Math.max(pause, known?.longestPauseMs ?? 0),
      collections: collections + (known?.collections ?? 0),
    });
  }
  return heaps;
}
