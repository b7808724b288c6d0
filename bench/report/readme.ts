/** The figures in README.md, between two marks: nobody writes them by hand. */
import { casesOf, type MeasuredCase, type Results, shortNumber } from './results.ts';

const BEGIN = '<!-- figures: npm run bench -- report --readme -->';
const END = '<!-- end of figures -->';

/** @throws where the marks are not there */
export function withFigures(readme: string, figures: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, from + BEGIN.length)}\n${figures}${readme.slice(to)}`;
}

export function readmeFigures(results: Results): string {
  const cases = ['LA-8', 'LA-1', 'S-1M'].flatMap((name) => casesOf(results, name));
  const head = '| case | | rows per CPU-second | rows/s | peak memory |\n|---|---|---|---|---|\n';
  const { machine } = results;
  const where = `On ${machine.cores} cores of ${machine.cpu}, Node.js ${machine.node}, ${results.measured}:\n\n`;
  const commands = [...new Set(results.cases.map(({ command }) => command))];
  const more = others(results);
  return `\n${where}${head}${cases.map(rowsOf).join('')}\n${more}Measured by:\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\`\n\n`;
}

function rowsOf({ report }: MeasuredCase): string {
  const { systems, ratios = {}, rows } = report;
  const from = report['from'] === 'memory' ? 'memory to columns' : 'file to files';
  return systems
    .map(({ name, rows_per_cpu_s, rows_per_s, peak_rss_mib }, at) => {
      const ratio = ratios[`${systems[0]?.name} / ${name}`];
      const times = (value: number | undefined) => (value === undefined ? '' : ` (${value} ×)`);
      const label = at === 0 ? `${report.case}, ${from}, ${shortNumber(rows)} rows` : '';
      return `| ${label} | ${name} | ${shortNumber(rows_per_cpu_s)}${times(ratio?.rows_per_cpu_s)} | ${shortNumber(rows_per_s)}${times(ratio?.rows_per_s)} | ${peak_rss_mib} MiB |\n`;
    })
    .join('');
}

/** A sentence each. */
function others(results: Results): string {
  const lines: string[] = ['(… ×): how many times that `la` does.'];
  for (const { report } of casesOf(results, 'groups')) {
    lines.push(`A group costs ${report['bytes_per_group']} bytes of the whole process.`);
  }
  for (const { report } of casesOf(results, 'latency')) {
    const half = report.points?.find(({ load }) => load === '50 %');
    lines.push(
      `At half load a row is folded ${half?.['folded_p50_ms']} ms after it was due (p99 ${half?.['folded_p99_ms']} ms).`,
    );
  }
  return `${lines.join(' ')}\n\n`;
}
