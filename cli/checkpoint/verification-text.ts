import { describeDamage } from '../../actors/checkpoint/damage.ts';
import type { UnitVerification } from '../../actors/checkpoint/verify.ts';
import { counted } from '../print.ts';

/** `la checkpoint verify`, for one unit. */
export function verificationText(verification: UnitVerification): string {
  const { unit, sound, checkpoints, damages, unreachable } = verification;
  const soundOnes = checkpoints.filter((each) => each.sound).length;
  const waiting =
    unreachable.length === 0 ? '' : `, ${counted(unreachable.length, 'object')} no longer needed`;
  const counts = `${soundOnes} of ${counted(checkpoints.length, 'checkpoint')} sound${waiting}`;
  const lines = [
    `${unit}: ${sound ? 'sound' : 'DAMAGED'}: ${counts}`,
    ...damages.map((damage) => `  ${describeDamage(damage)}`),
    ...(sound ? [] : [`  ${consequence(verification)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function consequence({ usable, checkpoints: [newest] }: UnitVerification): string {
  if (usable === null) return 'It cannot be restored from any checkpoint.';
  if (usable === newest?.manifest) return 'The newest checkpoint is sound: it goes on from there.';
  return `It would go on from ${usable} and read again what came after.`;
}
