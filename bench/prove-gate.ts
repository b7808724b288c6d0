/**
 * Proves the gate: the tree as it is passes, and a copy in which every row costs 25 % more fails, every time.
 *
 *   node bench/prove-gate.ts [--passes 20] [--fails 10] [--calibrate]
 *
 * The slowdown is planted into a copy, as a loop of the reader for each row, its length tuned so that LA-8 takes 25 % more
 * CPU. `--calibrate` only measures and says where the threshold belongs. Nothing else may run meanwhile.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, rounded } from './statistics.ts';

const SLOWDOWN = 0.25;
const TUNING_ITERATIONS = 800;
const TUNING_PAIRS = 5;
const HOST = 'actors/stream-reader.ts';
/** The statement that decodes a chunk. */
const ANCHOR = /^ *partition\.record = this\.#decoder\.decode\([^;]*;$/m;
const WORK = 'planted-work.ts';

const { values: options } = parseArgs({
  options: {
    passes: { type: 'string', default: '20' },
    fails: { type: 'string', default: '10' },
    calibrate: { type: 'boolean', default: false },
  },
});

const root = join(import.meta.dirname, '..');

/** What git knows or would, as it is now. */
function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'la-gate-'));
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  const files = new Set(listed.filter((file) => file !== '' && !file.startsWith('test/')));
  for (const file of files) {
    cpSync(join(root, file), join(copy, file), { recursive: true, errorOnExist: false });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Lets the reader run a loop of so many rounds for each row. */
function plant(copy: string, iterations: number): void {
  const original = readFileSync(join(root, HOST), 'utf8');
  const statement = ANCHOR.exec(original)?.[0];
  if (statement === undefined) throw new Error(`${HOST} no longer decodes where it did: ANCHOR`);
  const planted = original.replace(statement, () => `${statement}\n    plantedWork(chunk.rows);`);
  writeFileSync(join(copy, HOST), `import { plantedWork } from './${WORK}';\n${planted}`);
  writeFileSync(
    join(copy, 'actors', WORK),
    `const state = new Int32Array(1);
export function plantedWork(rows: number): void {
  let bits = state[0]!;
  for (let at = rows * ${iterations}; at > 0; at--) bits = Math.imul(bits ^ at, 0x2c1b3c6d);
  state[0] = bits;
}
`,
  );
}

interface Verdict {
  readonly passed: boolean;
  readonly ratio: number;
  readonly la_rows_per_cpu_s: number;
}

function gate(tree: string, ...args: string[]): Verdict {
  const program = join(tree, 'bench/gate.ts');
  const { stdout, stderr } = spawnSync(process.execPath, [program, '--json', ...args], {
    encoding: 'utf8',
  });
  if (!stdout.startsWith('{')) throw new Error(`the gate of ${tree} told nothing: ${stderr}`);
  return JSON.parse(stdout);
}

/** Rounds of the loop that make a row dearer by SLOWDOWN, from pairs of runs with and without. */
function tune(copy: string): number {
  plant(copy, TUNING_ITERATIONS);
  const added = Array.from({ length: TUNING_PAIRS }, () => {
    const [plain, slowed] = [root, copy].map((tree) => gate(tree, '--rounds', '1'));
    return plain!.la_rows_per_cpu_s / slowed!.la_rows_per_cpu_s - 1;
  });
  const iterations = Math.round((TUNING_ITERATIONS * SLOWDOWN) / median(added));
  console.log(
    `${TUNING_ITERATIONS} rounds a row cost ${rounded(100 * median(added), 1)} %, so ${iterations} are planted`,
  );
  return iterations;
}

function prove(tree: string, times: number, expected: boolean): number[] {
  const what = expected ? 'unchanged' : `${SLOWDOWN * 100} % dearer`;
  const ratios: number[] = [];
  let right = 0;
  for (let time = 1; time <= times; time++) {
    const { passed, ratio } = gate(tree);
    ratios.push(ratio);
    if (passed === expected) right++;
    const verdict = passed ? 'passed' : 'failed';
    console.log(`${what}, ${time} of ${times}: ${verdict} with ${ratio.toFixed(3)}`);
  }
  console.log(`${what}: ${expected ? 'passed' : 'failed'} ${right} of ${times}`);
  if (right !== times) process.exitCode = 1;
  return ratios;
}

const copy = copyTree();
try {
  if (options.calibrate) {
    const ratios = Array.from({ length: 3 }, () => gate(root).ratio);
    const middle = median(ratios) / Math.sqrt(1 + SLOWDOWN);
    console.log(`usual ${ratios.join(', ')}: RATIO_MIN = ${rounded(middle, 2)}`);
  } else {
    plant(copy, tune(copy));
    const slowed = prove(copy, Number(options.fails), false);
    const usual = prove(root, Number(options.passes), true);
    const cost = median(usual) / median(slowed) - 1;
    console.log(`the planted slowdown was ${rounded(100 * cost, 1)} % of CPU a row`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
