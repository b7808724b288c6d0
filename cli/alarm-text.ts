import { describeDamage } from '../actors/checkpoint/damage.ts';
import type { EngineAlarm } from '../actors/engine-alarm.ts';
import { spanText } from './quantities.ts';

/** What the engine has to say to people while it runs, as whole lines. */
export function alarmText(alarm: EngineAlarm): string {
  if (alarm.type === 'damaged') {
    const damages = alarm.damages.map((damage) => `  ${describeDamage(damage)}\n`).join('');
    return `${alarm.unit}: newer checkpoints are damaged, it goes on from ${alarm.from}\n${damages}`;
  }
  if (alarm.type === 'stranded') {
    const { unit, error } = alarm;
    const what = 'was replaced, and cannot complete its last windows';
    return `${unit}: it ${what}: ${error.code}: ${error.message}\n  ${error.remedy}\n`;
  }
  const { unit, ageMs, error } = alarm;
  const cause = error === null ? 'no answer yet' : `${error.code}: ${error.message}`;
  return `${unit}: its checkpoint has been under way for ${spanText(ageMs)} (${cause})\n`;
}
