/** Reading documents that may be wrong: rules look at what is there and leave the shape to the schemas. */
import type { Json } from '../../runtime/json.ts';

type Raw = Json | undefined;

export const textOf = (value: Raw): string | undefined =>
  typeof value === 'string' ? value : undefined;

export const listOf = (value: Raw): readonly Json[] => (Array.isArray(value) ? value : []);

export const objectOf = (value: Raw): Readonly<Record<string, Json>> =>
  isObject(value) ? value : {};

export const isObject = (value: Raw): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that is the object's own. */
export const memberOf = (value: Raw, key: string): Raw => {
  const object = objectOf(value);
  return Object.hasOwn(object, key) ? object[key] : undefined;
};
