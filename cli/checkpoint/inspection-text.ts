import { describeDamage } from '../../actors/checkpoint/damage.ts';
import type { ExaminedPack } from '../../actors/checkpoint/examine.ts';
import type { UnitInspection } from '../../actors/checkpoint/inspect.ts';
import type { Manifest } from '../../actors/checkpoint/manifest.ts';
import { counted } from '../print.ts';
import { bytesText, timeText } from '../quantities.ts';
import { plainCells, tableLines } from '../text-table.ts';

/** `la checkpoint inspect`, for one unit. */
export function inspectionText({ unit, pointer, manifest, packs, damages }: UnitInspection) {
  const lines = [
    unit,
    ...(pointer === null
      ? ['  no pointer']
      : [
          `  pointer    claim ${pointer.claim}, commit ${pointer.sequence}, ${counted(pointer.previous.length, 'checkpoint')} to fall back to`,
          `  manifest   ${pointer.manifest}`,
        ]),
    ...(manifest === null ? [] : manifestLines(manifest)),
    ...packs.flatMap(packLines),
    ...damages.map((damage) => `  damaged: ${describeDamage(damage)}`),
  ];
  return `${lines.join('\n')}\n\n`;
}

function manifestLines({ createdMs, writer, positions, regions }: Manifest): string[] {
  const state = regions.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    `  created    ${timeText(createdMs)} UTC by ${writer}`,
    `  state      ${bytesText(state)} in ${counted(regions.length, 'region')}`,
    ...positionLines(positions).map((line) => `  ${line}`),
  ];
}

function positionLines(positions: Manifest['positions']): string[] {
  const columns = [
    { title: 'PARTITION' },
    { title: 'NEXT OFFSET', align: 'right' },
    { title: 'EVENT TIME (UTC)' },
    { title: 'FLOOR (UTC)' },
  ] as const;
  const rows = positions.map(({ partition, nextOffset, timeMax, floor }) =>
    plainCells([
      partition,
      nextOffset.toLocaleString('en'),
      timeOrDash(timeMax),
      timeOrDash(floor),
    ]),
  );
  return tableLines(columns, rows);
}

const timeOrDash = (timeMs: number | null): string => (timeMs === null ? '–' : timeText(timeMs));

function packLines({ key, bytes, head, segments }: ExaminedPack): string[] {
  const size = bytes === null ? 'missing' : bytesText(bytes);
  const kind = head === null ? 'no directory' : head.full ? 'full' : 'changes';
  return [
    `  pack ${key}: ${size}, ${kind}, ${counted(segments.length, 'segment')}`,
    ...segments.map((segment, index) => {
      const { region, offset, codec, storedBytes, sound } = segment;
      const stored = storedBytes === null ? 'out of the file' : `${bytesText(storedBytes)} stored`;
      const place = `${region} at ${offset}, ${bytesText(segment.bytes)} (${codec}, ${stored})`;
      return `    ${String(index).padStart(3)}  ${place}${sound ? '' : '  DAMAGED'}`;
    }),
  ];
}
