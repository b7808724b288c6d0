import { defineErrors } from '../runtime/errors.ts';

export const cliError = defineErrors({
  LA_USAGE_UNKNOWN_COMMAND: {
    message: 'There is no command "{command}".{suggestion}',
    remedy: 'Run `la --help` for the list of commands.',
    exit: 2,
  },
  LA_USAGE_ARGUMENTS: {
    message: 'These arguments do not fit: {problem}',
    remedy: 'Run `la {command} --help` for what the command takes.',
    exit: 2,
  },
  LA_PROJECT_INVALID: {
    message: 'The project in {dir} has {count} fault(s).',
    remedy: 'Correct what is listed above; `la lint` lists it again.',
    exit: 2,
  },
  LA_RUN_NOT_ENDING: {
    message: 'Not everything was written and committed within {seconds} s.',
    remedy: 'Nothing is lost: the next run goes on from the last checkpoints.',
  },
});
