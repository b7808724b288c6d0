import { z } from 'zod';
import { rateOption } from '../rate.ts';

export const fileSourceOptions = z
  .strictObject({
    type: z.literal('file'),
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('A file, a glob or a list of them, relative to la.json; .gz is understood.'),
    partition_by: z
      .string()
      .min(1)
      .optional()
      .describe('Dot path of a column: each file is split into `partitions` by its value.'),
    partitions: z
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe('How many partitions `partition_by` makes of each file.'),
    rate: rateOption,
    loop: z
      .boolean()
      .default(false)
      .describe(
        'Read the file again and again. Each pass shifts event times by the span of the file, rounded up to whole days, hours, ten minutes or minutes.',
      ),
    follow: z.boolean().default(false).describe('Wait for lines appended later, like tail -f.'),
  })
  .refine((o) => (o.partition_by === undefined) === (o.partitions === undefined), {
    message: 'partition_by and partitions go together',
    path: ['partitions'],
  })
  .refine((o) => !(o.loop && o.follow), {
    message: 'loop and follow exclude each other',
    path: ['loop'],
  });

export type FileSourceOptions = z.output<typeof fileSourceOptions>;

export const fileSinkOptions = z.strictObject({
  type: z.literal('file'),
  path: z
    .string()
    .min(1)
    .describe('The file, relative to la.json, with {view} in it when several views write to it.'),
  mode: z
    .enum(['updates', 'final'])
    .default('updates')
    .describe(
      'updates: every write; final: complete rows only (again when a late row changed one).',
    ),
});

export type FileSinkOptions = z.output<typeof fileSinkOptions>;

export const fileDeadLetterOptions = z.strictObject({
  type: z.literal('file'),
  path: z
    .string()
    .min(1)
    .default('state/dead-letters.ndjson')
    .describe('The file, relative to la.json; one JSON object a line.'),
});

export type FileDeadLetterOptions = z.output<typeof fileDeadLetterOptions>;
