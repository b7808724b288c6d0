/** Everything that can be wrong with a project's files: LA_CONFIG for their shape, LA_VIEW for what views say, LA_EXPRESSION. */
import { defineErrors } from '../runtime/errors.ts';

export const viewError = defineErrors({
  LA_CONFIG_JSON: {
    message: 'This is not valid JSON: {problem}.',
    remedy: 'Correct the file here. Comments (// and /* */) are fine, trailing commas are not.',
    exit: 2,
  },
  LA_CONFIG_DUPLICATE_KEY: {
    message: 'The key "{key}" stands twice in one object.',
    remedy: 'Remove one of the two: readers of JSON disagree on which counts.',
    exit: 2,
  },
  LA_CONFIG_FORBIDDEN_KEY: {
    message: 'The key "{key}" is not allowed anywhere.',
    remedy: 'Rename it: it is the name of a property that every JavaScript object has.',
    exit: 2,
  },
  LA_CONFIG_NO_PROJECT_FILE: {
    message: 'There is no la.json in the project.',
    remedy: 'Run this in the folder that holds la.json, or make one with `la init`.',
    exit: 2,
  },
  LA_CONFIG_NO_VIEWS: {
    message: 'The project has no views: nothing would be aggregated.',
    remedy: 'Add a file to views/, for example with `la init`.',
    exit: 2,
  },
  LA_CONFIG_UNKNOWN_KEY: {
    message: 'Unknown key "{key}".{suggestion}',
    remedy: 'Remove it or correct its name. Known here: {known}.',
    exit: 2,
  },
  LA_CONFIG_MISSING_KEY: {
    message: 'The key "{key}" is missing.',
    remedy: 'Add "{key}" to this object.',
    exit: 2,
  },
  LA_CONFIG_WRONG_TYPE: {
    message: '"{key}" is {found}, but should be {expected}.',
    remedy: 'Write {expected} here.',
    exit: 2,
  },
  LA_CONFIG_BAD_VALUE: {
    message: '"{key}" is {value}, which is not allowed.{suggestion}',
    remedy: 'Allowed: {allowed}.',
    exit: 2,
  },
  LA_CONFIG_OUT_OF_RANGE: {
    message: '"{key}" is {value}, which is out of range.',
    remedy: 'Write a value {allowed}.',
    exit: 2,
  },
  LA_CONFIG_INVALID: {
    message: '"{key}" is not valid: {problem}.',
    remedy: 'See the documentation of "{key}" and correct the value.',
    exit: 2,
  },
  LA_CONFIG_BAD_NAME: {
    message: '"{value}" cannot be a name.',
    remedy: 'Use letters, digits, _ and -, beginning with a letter or _, at most 100 characters.',
    exit: 2,
  },
  LA_CONFIG_BAD_DURATION: {
    message: '"{value}" is not a duration.',
    remedy:
      'Write a number and a unit of ms, s, m, h, d, w: "10s", "90m", "1d". At most 100 years, whole ms.',
    exit: 2,
  },
  LA_CONFIG_NEGATIVE_DURATION: {
    message: 'The duration "{value}" is negative.',
    remedy: 'Write "0s" for none, or a positive duration.',
    exit: 2,
  },
  LA_CONFIG_BAD_SIZE: {
    message: '"{value}" is not a size.',
    remedy: 'Write a number and a unit of B, KB, MB, GB, TB, KiB, MiB, GiB, TiB: "512MiB".',
    exit: 2,
  },
  LA_CONFIG_BAD_START: {
    message: '{value} is not a place to start from.',
    remedy: 'Write "earliest", "latest", epoch ms, or a time such as "2026-01-31T00:00:00Z".',
    exit: 2,
  },
  LA_CONFIG_BAD_COLUMN: {
    message: '"{value}" cannot be a column.',
    remedy: 'Write a name, or a path of names with dots between them, at most 200 characters.',
    exit: 2,
  },
  LA_CONFIG_UNKNOWN_RECORD_COLUMN: {
    message: '"{value}" is not something that a record carries.{suggestion}',
    remedy: 'Columns that begin with $ are $timestamp, $key, $partition and $offset.',
    exit: 2,
  },
  LA_CONFIG_UNKNOWN_CONNECTOR: {
    message: 'There is no {role} of type "{value}".{suggestion}',
    remedy: 'Known types: {known}.',
    exit: 2,
  },
  LA_CONFIG_VERSION: {
    message: 'The file is written for version {value} of the configuration, which is unknown.',
    remedy:
      'This release reads version {known}. Write "version": {known}, or install a newer release.',
    exit: 2,
  },
  LA_CONFIG_SECRET_LITERAL: {
    message: '"{key}" holds a secret as plain text.',
    remedy: 'Write a reference instead: { "env": "NAME" } or { "file": "path" }.',
    exit: 2,
  },
  LA_CONFIG_PATH_OUTSIDE: {
    message: 'The path "{value}" leads out of the project folder.',
    remedy: 'Keep files inside the project, or give an absolute path.',
    exit: 2,
  },
  LA_CONFIG_FILE_NOT_FOUND: {
    message: 'There is no file "{value}".',
    remedy: 'Correct the path: it is relative to la.json.',
    exit: 2,
  },
  LA_CONFIG_IDLE_BELOW_LEASE: {
    message: '"idle_after" is {value}, not more than the lease of {lease}.',
    remedy:
      'Write more than {lease}: a partition must not count as idle while its owner may still be alive.',
    exit: 2,
  },
  LA_VIEW_DUPLICATE_NAME: {
    message: 'Two views are named "{view}": the other is in {other}.',
    remedy: 'Rename one of them.',
    exit: 2,
  },
  LA_VIEW_UNKNOWN_STREAM: {
    message: 'There is no stream "{value}" in la.json.{suggestion}',
    remedy: 'Streams there: {known}.',
    exit: 2,
  },
  LA_VIEW_UNKNOWN_SINK: {
    message: 'There is no sink "{value}" in la.json.{suggestion}',
    remedy: 'Sinks there: {known}.',
    exit: 2,
  },
  LA_VIEW_DUPLICATE_SINK: {
    message: 'The sink "{value}" is named twice.',
    remedy: 'Remove one of the two.',
    exit: 2,
  },
  LA_VIEW_NO_INTERVAL: {
    message: '"grouping_cols" names no time interval.',
    remedy: 'Add one, such as { "time": "10m" }.',
    exit: 2,
  },
  LA_VIEW_TWO_INTERVALS: {
    message: '"grouping_cols" names more than one time interval.',
    remedy:
      'Keep one; for a second interval write a second view, which costs little on the same stream.',
    exit: 2,
  },
  LA_VIEW_INTERVAL_ZERO: {
    message: 'The time interval is "{value}": a window cannot be empty.',
    remedy: 'Write a positive duration.',
    exit: 2,
  },
  LA_VIEW_HOP_NOT_DIVIDING: {
    message: 'The hop "{hop}" does not divide the time "{time}".',
    remedy: 'Choose a hop of which "time" is a whole multiple, such as "{suggested}".',
    exit: 2,
  },
  LA_VIEW_TOO_MANY_HOPS: {
    message: 'A window of "{time}" every "{hop}" makes each row belong to {count} windows.',
    remedy: 'Choose a longer hop: at most {limit} windows may overlap.',
    exit: 2,
  },
  LA_VIEW_TIMEZONE_NOT_DAYS: {
    message: 'A time zone goes with windows of whole days or weeks, not with "{value}".',
    remedy: 'Remove "timezone", or make "time" and "hop" whole days.',
    exit: 2,
  },
  LA_VIEW_UNKNOWN_TIMEZONE: {
    message: 'The time zone "{value}" is unknown.{suggestion}',
    remedy: 'Write an IANA name such as "Europe/Berlin".',
    exit: 2,
  },
  LA_VIEW_DUPLICATE_OUTPUT: {
    message: 'Two output columns are named "{value}".',
    remedy:
      'Rename one: "aggregated_col_name" of an aggregation, or { "col_name": …, "as": … } of a grouping column.',
    exit: 2,
  },
  LA_VIEW_RESERVED_OUTPUT: {
    message:
      'An output column cannot be named "{value}": every result row has a field of that name.',
    remedy:
      'Rename it: "aggregated_col_name" of an aggregation, or { "col_name": …, "as": … } of a grouping column.',
    exit: 2,
  },
  LA_VIEW_NO_AGGREGATION: {
    message: 'The view aggregates nothing.',
    remedy:
      'Add an entry to "aggregation_info", such as { "aggregation": "count", "aggregated_col_name": "n" }.',
    exit: 2,
  },
  LA_VIEW_UNKNOWN_AGGREGATION: {
    message: 'There is no aggregation "{value}".{suggestion}',
    remedy: '`la aggregations` lists them all.',
    exit: 2,
  },
  LA_VIEW_COLUMN_MISSING: {
    message: 'The aggregation "{aggregation}" needs a column.',
    remedy: 'Add "col_name".',
    exit: 2,
  },
  LA_VIEW_COLUMN_NEEDLESS: {
    message: 'The aggregation "{aggregation}" reads no column.',
    remedy: 'Remove "col_name"; to count the rows that have a value, use count_values.',
    exit: 2,
  },
  LA_VIEW_PARAMETER_MISSING: {
    message: 'The aggregation "{aggregation}" needs the parameter "{parameter}": {doc}',
    remedy: 'Add it: "params": { "{parameter}": … }.',
    exit: 2,
  },
  LA_VIEW_PARAMETER_UNKNOWN: {
    message: 'The aggregation "{aggregation}" has no parameter "{parameter}".{suggestion}',
    remedy: 'Parameters of {aggregation}: {known}.',
    exit: 2,
  },
  LA_VIEW_PARAMETER_TYPE: {
    message: 'The parameter "{parameter}" of "{aggregation}" is {found}, but should be {expected}.',
    remedy: 'Write {expected}: {doc}',
    exit: 2,
  },
  LA_VIEW_PARAMETER_RANGE: {
    message:
      'The parameter "{parameter}" of "{aggregation}" is {value}, not between {min} and {max}.',
    remedy: 'Write a value from {min} to {max}: {doc}',
    exit: 2,
  },
  LA_VIEW_BOUNDS_NOT_ASCENDING: {
    message: 'The values of "{parameter}" do not rise at {value}.',
    remedy: 'Write each value once, from the smallest to the largest.',
    exit: 2,
  },
  LA_VIEW_TOO_MANY_ITEMS: {
    message: '"{parameter}" has {count} values.',
    remedy: 'Write from 1 to {limit} values.',
    exit: 2,
  },
  LA_VIEW_INPUT_TYPE: {
    message: 'The aggregation "{aggregation}" takes {expected}, but "{column}" is {found}.',
    remedy: 'Choose another column or aggregation, or correct the type in "columns" of the stream.',
    exit: 2,
  },
  LA_VIEW_WRITE_INTERVAL: {
    message: '"{value}" is not a write interval.',
    remedy:
      'Write a duration of at least 100ms, such as "10s", or "final" to write only complete windows.',
    exit: 2,
  },
  LA_VIEW_DERIVED_SHADOWS: {
    message: 'The derived column "{column}" would hide the column of that name.',
    remedy: 'Give the derived column a name of its own.',
    exit: 2,
  },
  LA_VIEW_DERIVED_ORDER: {
    message: 'The derived column "{column}" is used before it is defined.',
    remedy: 'Move it up: an expression may use the derived columns above it.',
    exit: 2,
  },
  LA_VIEW_SHARED_FILE: {
    message: 'Several views write to the file of sink "{value}": {views}.',
    remedy: 'Put {view} into the path of the sink, so that each view has a file of its own.',
    exit: 2,
  },
  LA_VIEW_COLUMN_TYPO: {
    message: 'The column "{column}" is not declared.{suggestion}',
    remedy: 'Correct the name, or declare the column in "columns" of the stream.',
    exit: 2,
  },
  LA_TEST_NO_VIEW: {
    message: 'These tests have no view: there is no {value}.',
    remedy: 'Name the file after a view: views/NAME.test.json holds the tests of views/NAME.json.',
    exit: 2,
  },
  LA_TEST_DUPLICATE_NAME: {
    message: 'Two cases are named "{value}".',
    remedy: 'Give each case of a file a name of its own.',
    exit: 2,
  },
  LA_TEST_INPUT: {
    message: 'A case has "rows" or "partitions", but this one has {given}.',
    remedy: 'Write "rows" for a stream with one partition, "partitions" for several.',
    exit: 2,
  },
  LA_TEST_UNKNOWN_COLUMN: {
    message: 'The result rows of the view have no column "{value}".{suggestion}',
    remedy: 'Columns of the results: {known}.',
    exit: 2,
  },
  LA_TEST_BAD_TIME: {
    message: '{value} is not the time of a window.',
    remedy: 'Write epoch ms, or a time such as "2026-01-31T12:00:00Z".',
    exit: 2,
  },
  LA_EXPRESSION_SYNTAX: {
    message: 'The expression is wrong at column {column}: {problem}.',
    remedy:
      'Correct it. Comparisons are ==, !=, <, <=, >, >=; logic is &&, ||, !; text stands in quotes.',
    exit: 2,
  },
  LA_EXPRESSION_TYPE: {
    message: 'The types do not fit at column {column}: {problem}.',
    remedy:
      'Values are never converted: compare numbers with numbers and text with text, or use string(x) or number(x).',
    exit: 2,
  },
  LA_EXPRESSION_AMBIGUOUS: {
    message: 'The type of "{name}" at column {column} cannot be told from its use.',
    remedy: 'Declare "{name}" in "columns" of the stream as number, text or boolean.',
    exit: 2,
  },
  LA_EXPRESSION_NOT_A_CONDITION: {
    message: 'The expression gives {found}, but a condition is needed.',
    remedy: 'Make it true or false, for example with a comparison.',
    exit: 2,
  },
  LA_EXPRESSION_NULL: {
    message: 'The expression compares with null at column {column}.',
    remedy: 'Use has(x) for "x has a value" and !has(x) for "x is null or missing".',
    exit: 2,
  },
  LA_EXPRESSION_UNKNOWN_FUNCTION: {
    message: 'There is no function "{name}" (column {column}).{suggestion}',
    remedy: 'Functions: {known}.',
    exit: 2,
  },
  LA_EXPRESSION_ARGUMENTS: {
    message: '{name} at column {column} takes {expected}.',
    remedy: 'Correct the arguments of {name}.',
    exit: 2,
  },
  LA_EXPRESSION_TOO_LARGE: {
    message: 'The expression has more than {limit} {what}.',
    remedy: 'Shorten it, or move parts into derived columns; use "in [..]" for many alternatives.',
    exit: 2,
  },
  LA_EXPRESSION_TOO_DEEP: {
    message: 'The expression is nested more than {limit} levels deep at column {column}.',
    remedy: 'Flatten it, or move parts into derived columns.',
    exit: 2,
  },
});

export type ViewErrorCode = Parameters<typeof viewError>[0];

/** ` Did you mean "x"?` after a message, or nothing. */
export const suggestion = (name: string | undefined): string =>
  name === undefined ? '' : ` Did you mean "${name}"?`;
