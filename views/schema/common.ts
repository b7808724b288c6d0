/** Parts that the schemas of all files share. Checks with a code of their own pass it on through `fault`. */
import { z } from 'zod';
import { LaError } from '../../runtime/errors.ts';
import { closest } from '../closest.ts';
import { parseDuration, parseSize } from '../duration.ts';
import { suggestion, viewError } from '../errors.ts';
import { RECORD_COLUMNS } from '../spec.ts';

/** Version of the configuration's format that this release reads. */
export const FORMAT_VERSION = 1;

/** Reports a coded error at the place of the value. Nothing else may throw inside a schema. */
export function guarded<T>(read: (text: string) => T) {
  return (text: string, context: z.RefinementCtx<string>): T => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof LaError)) throw error;
      const { code, message } = error;
      context.addIssue({ code: 'custom', message, params: { code, context: error.context } });
      return z.NEVER;
    }
  };
}

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/;

/** Names of views, streams, sinks, derived and output columns. */
export const name = z
  .string()
  .transform(
    guarded((text) => {
      if (!NAME.test(text)) throw viewError('LA_CONFIG_BAD_NAME', { value: text });
      return text;
    }),
  )
  .meta({ pattern: NAME.source });

export const duration = z
  .string()
  .transform(guarded(parseDuration))
  .meta({ pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d|w)$', examples: ['10s', '90m', '1d'] });

export const size = z
  .string()
  .transform(guarded(parseSize))
  .meta({ pattern: '^\\d+(\\.\\d+)?([KMGT]i?)?B$', examples: ['512MiB', '1GiB'] });

const COLUMN_CHARACTERS_MAX = 200;

function checkColumn(path: string): string {
  if (path.startsWith('$') && !Object.hasOwn(RECORD_COLUMNS, path)) {
    const meant = suggestion(closest(path, Object.keys(RECORD_COLUMNS)));
    throw viewError('LA_CONFIG_UNKNOWN_RECORD_COLUMN', { value: path, suggestion: meant });
  }
  const empty = path.split('.').includes('');
  if (empty || path.length > COLUMN_CHARACTERS_MAX) {
    throw viewError('LA_CONFIG_BAD_COLUMN', { value: path });
  }
  return path;
}

/** A dot path into the record, what the record itself carries, or a derived column. */
export const column = z
  .string()
  .transform(guarded(checkColumn))
  .meta({ examples: ['rssi', 'device.band', '$timestamp'] });

/** For editors: which schema the file follows. Not read. */
export const schemaLink = z.string().optional().describe('Address of the schema, for editors.');

export const version = z
  .unknown()
  .transform((value, context) => {
    if (value === undefined || value === FORMAT_VERSION) return FORMAT_VERSION;
    const params = {
      code: 'LA_CONFIG_VERSION',
      context: { value: JSON.stringify(value), known: FORMAT_VERSION },
    };
    context.addIssue({ code: 'custom', params });
    return z.NEVER;
  })
  .optional()
  .meta({ const: FORMAT_VERSION, description: 'Version of the format of this file.' });

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export const isIsoTime = (text: string): boolean =>
  ISO_TIME.test(text) && !Number.isNaN(Date.parse(text));

/** Where a source without a checkpoint begins. */
export const start = z
  .union([z.enum(['earliest', 'latest']), z.int(), z.string()])
  .transform((value, context) => {
    if (value === 'earliest' || value === 'latest') return value;
    const timeMs =
      typeof value === 'number' ? value : ISO_TIME.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(timeMs)) return { timeMs };
    const params = { code: 'LA_CONFIG_BAD_START', context: { value: JSON.stringify(value) } };
    context.addIssue({ code: 'custom', params });
    return z.NEVER;
  })
  .describe('Where to begin without a checkpoint: "earliest", "latest", epoch ms, or a time.');
