/** The text of a pointer, alike in every coordination. */
import { z } from 'zod';
import { storeError } from './checkpoint-errors.ts';
import type { Pointer } from './contract.ts';
import { seal, unseal } from './sealed-json.ts';

const FORMAT = 1;
const count = z.number().int().min(1);
const manifest = { manifest: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) };

const pointerSchema = z.object({
  format: z.literal(FORMAT),
  claim: count,
  sequence: count,
  ...manifest,
  previous: z.array(z.object(manifest)),
});

export const encodePointer = (pointer: Pointer): string => seal({ format: FORMAT, ...pointer });

/** `key` names the record in the error. Throws LA_COORDINATION_DAMAGED. */
export function decodePointer(text: string, key: string): Pointer {
  try {
    const { format: _, ...pointer } = pointerSchema.parse(unseal(text));
    return pointer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw storeError('LA_COORDINATION_DAMAGED', { key, reason }, error);
  }
}
