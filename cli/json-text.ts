import type { Json } from '../runtime/json.ts';

const WIDTH = 100;

/**
 * JSON as people write it: what fits into a line stands on one, the rest is broken up. `indent` is that of the line the
 * value begins on, `before` the characters before it on that line.
 */
export function jsonText(value: Json, indent = '', before = indent.length, width = WIDTH): string {
  const flat = flatJsonText(value);
  if (typeof value !== 'object' || value === null || before + flat.length < width) return flat;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => inner + jsonText(item, inner, inner.length, width))
    : Object.entries(value).map(([key, member]) => {
        const head = `${inner}${JSON.stringify(key)}: `;
        return head + jsonText(member, inner, head.length, width);
      });
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return lines.length === 0 ? flat : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

export function flatJsonText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flatJsonText).join(', ')}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${flatJsonText(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
