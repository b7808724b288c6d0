import { describeDamage } from '../../actors/checkpoint/damage.ts';
import type { CheckpointSummary } from '../../actors/checkpoint/inspect.ts';
import { bytesText, quantity, timeText } from '../quantities.ts';
import { plainCells, tableLines } from '../text-table.ts';

const columns = [
  { title: 'UNIT' },
  { title: 'COMMITS', align: 'right' },
  { title: 'CLAIM', align: 'right' },
  { title: 'CREATED (UTC)' },
  { title: 'STATE', align: 'right' },
  { title: 'PACKS', align: 'right' },
  { title: 'STORED', align: 'right' },
  { title: 'PARTITIONS', align: 'right' },
  { title: 'FALLBACKS', align: 'right' },
] as const;

/** `la checkpoint ls`. */
export function listText(summaries: readonly CheckpointSummary[], folder: string): string {
  if (summaries.length === 0) return `No checkpoints yet in ${folder}.\n`;
  const lines = tableLines(columns, summaries.map(cellsOf));
  const damages = summaries.flatMap((each) => each.damages.map(describeDamage));
  return [...lines, ...damages.map((damage) => `damaged: ${damage}`), ''].join('\n');
}

function cellsOf(summary: CheckpointSummary) {
  const { unit, claim, sequence, createdMs, stateBytes, packs, packBytes, partitions } = summary;
  return plainCells([
    unit,
    orDash(sequence, quantity),
    orDash(claim, quantity),
    orDash(createdMs, timeText),
    orDash(stateBytes, bytesText),
    orDash(packs, quantity),
    orDash(packBytes, bytesText),
    orDash(partitions, quantity),
    quantity(summary.fallbacks),
  ]);
}

const orDash = (value: number | null, text: (value: number) => string): string =>
  value === null ? '–' : text(value);
