import { z } from 'zod';

export const sqliteSinkOptions = z.strictObject({
  type: z.literal('sqlite'),
  path: z.string().min(1).describe('The database file, relative to la.json; one table a view.'),
});

export type SqliteSinkOptions = z.output<typeof sqliteSinkOptions>;
