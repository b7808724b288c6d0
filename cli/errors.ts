import { defineErrors } from '../runtime/errors.ts';

export const cliError = defineErrors({
  LA_USAGE_UNKNOWN_COMMAND: {
    message: 'There is no command "{command}".{suggestion}',
    remedy: 'Run `la --help` for the list of commands.',
    exit: 2,
  },
  LA_USAGE_UNKNOWN_FLAG: {
    message: 'There is no option {flag}.{suggestion}',
    remedy: 'Run the command with --help for its options.',
    exit: 2,
  },
  LA_USAGE_ARGUMENTS: {
    message: 'These arguments do not fit: {problem}',
    remedy: 'Run the command with --help for what it takes.',
    exit: 2,
  },
  LA_PROJECT_UNREADABLE: {
    message: 'The project cannot be read: {reason}',
    remedy: 'Name the folder that holds la.json, and check that it may be read.',
    exit: 2,
  },
  LA_PROJECT_INVALID: {
    message: 'The project in {dir} has {faults}.',
    remedy: 'Correct what is listed above; `la lint` lists it again.',
    exit: 2,
  },
  LA_RUN_PLUGIN: {
    message: 'The module {module} with further aggregations cannot be loaded: {reason}',
    remedy: 'Name a module file or URL that exports `aggregations`.',
    exit: 2,
  },
  LA_RUN_NOT_ENDING: {
    message: 'Not everything was written and committed within {seconds} s.',
    remedy: 'Nothing is lost: the next run goes on from the last checkpoints.',
  },
  LA_RUN_NOT_STARTED: {
    message: 'It was stopped before every view had started.',
    remedy: 'Nothing is lost: the next run goes on from the last checkpoints.',
  },
  LA_DEMO_STATE: {
    message: 'The folder for the state of the demo cannot be made: {reason}',
    remedy: 'Run it in a folder that you may write to.',
  },
  LA_DEMO_EXAMPLE: {
    message: 'There is no example to show in {dir}.',
    remedy: 'Install live-aggregators again, or use a whole checkout.',
  },
  LA_CHECKPOINT_NO_FOLDER: {
    message: 'There are no checkpoints in {dir}: {reason}',
    remedy: 'Name the folder of a project that has run, or the folder of its checkpoints.',
    exit: 2,
  },
  LA_CHECKPOINT_UNKNOWN_UNIT: {
    message: 'There are no checkpoints of {unit}.{suggestion}',
    remedy: 'Run `la checkpoint ls` for those that there are.',
    exit: 2,
  },
  LA_CHECKPOINT_DAMAGED: {
    message: 'Of {units} with checkpoints, {damaged}.',
    remedy:
      'What is damaged is listed above. A unit goes on from its newest sound checkpoint; bring objects back from a backup where it has none.',
  },
});
