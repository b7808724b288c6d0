import type { CheckpointAlarm } from '../actors/checkpoint/checkpointer.ts';
import { describeDamage } from '../actors/checkpoint/damage.ts';
import { spanText } from './quantities.ts';

/** What the checkpoints have to say to people, as whole lines. */
export function alarmText(alarm: CheckpointAlarm): string {
  if (alarm.type === 'damaged') {
    const damages = alarm.damages.map((damage) => `  ${describeDamage(damage)}\n`).join('');
    return `${alarm.unit}: newer checkpoints are damaged, it goes on from ${alarm.from}\n${damages}`;
  }
  const { unit, ageMs, error } = alarm;
  const cause = error === null ? 'no answer yet' : `${error.code}: ${error.message}`;
  return `${unit}: its checkpoint has been under way for ${spanText(ageMs)} (${cause})\n`;
}
