import { defineErrors } from '../../runtime/errors.ts';

export const testError = defineErrors({
  LA_TEST_NONE: {
    message: 'There are no tests in {dir}.',
    remedy:
      'Write cases for views/NAME.json into views/NAME.test.json: { "cases": [{ "name": …, "rows": […] }] }, and run `la test --update`.',
    exit: 2,
  },
  LA_TEST_INVALID: {
    message: 'The tests in {dir} have {faults}.',
    remedy: 'Correct what is listed above.',
    exit: 2,
  },
});
