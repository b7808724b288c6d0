import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { type ErrorDefinition, errorCatalogue, errorToData } from '../../runtime/errors.ts';

const root = new URL('../../', import.meta.url);
const page = new URL('docs/errors.md', root);
const folders = '{runtime,kernels,views,state,connectors,actors,control,cluster,cli}';
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Modules that declare codes. Tests declare some of their own, which are none of the page's. */
const modules = globSync(`${folders}/**/*.ts`, { cwd: root })
  .filter((path) => / = defineErrors\(/.test(read(path)))
  .sort();
const codes = modules.flatMap((path) =>
  [...read(path).matchAll(/^ {2}(LA_[A-Z0-9_]+): \{/gm)].map((match) => match[1] ?? ''),
);

before(async () => {
  for (const path of modules) await import(new URL(path, root).href);
});

const HEAD = `# Errors

Written by \`LA_UPDATE=1 node --test test/docs/errors.test.ts\` from the \`errors.ts\` files.

An error says its code, what happened with the values, and what to do; with \`--json\` it is
\`{"error": {code, message, remedy, context}}\`, one a line on stderr. \`{name}\` stands for a value, which is in the context
too. A code stays what it is; the words may get better. *Exit* is the exit code of a command that ends with it: 1 failed,
2 wrong usage or invalid configuration, 3 unhealthy. What is *retried* goes on by itself once the cause is gone, and shows as
trouble until then.
`;

function renderPage(): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const titles = ['Code', 'What happened', 'What to do', 'Exit', 'Retried'];
  const { code, remedy } = errorToData(new Error());
  const unexpected = { message: 'anything else: `{message}`, with its stack trace', remedy };
  const entries: [string, ErrorDefinition][] = [
    ...codes.map((each): [string, ErrorDefinition] => [each, definitionOf(each)]),
    [code, unexpected],
  ];
  const rows = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { message, remedy, exit = 1, retryable = false }]) =>
      line([`\`${name}\``, message, remedy, String(exit), retryable ? 'yes' : '']),
    );
  return `${HEAD}\n${[line(titles), line(titles.map(() => '---')), ...rows].join('\n')}\n`;
}

function definitionOf(code: string): ErrorDefinition {
  const definition = errorCatalogue().get(code);
  assert.ok(definition !== undefined, `${code} is declared`);
  return definition;
}

test('docs/errors.md is what the code says (LA_UPDATE=1 rewrites it)', () => {
  assert.ok(modules.length > 8 && codes.length > 80, 'they are found');
  if (process.env.LA_UPDATE === '1') writeFileSync(page, renderPage());
  assert.equal(readFileSync(page, 'utf8'), renderPage());
});

test('a code is declared once', () => {
  const twice = codes.filter((code, at) => codes.indexOf(code) !== at);
  assert.deepEqual(twice, []);
});

test('every code says what happened and what to do, and is used', () => {
  const sources = globSync(`${folders}/**/*.ts`, { cwd: root }).map(read).join('\n');
  for (const code of codes) {
    const { message, remedy } = definitionOf(code);
    assert.match(remedy, /[.!}]$/, code);
    assert.ok(message.length > 10, code);
    assert.ok(sources.includes(`'${code}'`), `${code} is never raised`);
  }
});
