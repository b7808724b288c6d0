import { readFileSync } from 'node:fs';

/**
 * Peak resident memory of this process, MiB. Where Linux tells it, not by `getrusage`: its figure begins with what the parent held
 * when it started us.
 */
export function peakMemoryMib(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kib !== undefined) return Number(kib) / 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024;
}
