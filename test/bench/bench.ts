import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Report, Row } from './row.ts';

/**
 * `npm run bench`: the budgets, as ratios within one run, each row in a process of its own.
 */
const files = [
  'lead.ts',
  'segment-evaluation.ts',
  'many-segments.ts',
  'full-pass.ts',
  'recalculation.ts',
  'table-units.ts',
  'messages.ts',
  'large-run.ts',
  'handler-imports.ts',
];

const usage = `npm run bench -- [options]

  --json               print the rows and nothing else
  --leads NUMBER       leads that are posted, 2000 unless set
  --profiles NUMBER    people that are passed over, 1000000 unless set
  --messages NUMBER    people who are written to, 2000 unless set
  --audience NUMBER    people of the large run, 100000 unless set`;

const count = { type: 'string' } as const;

/** The command line, or nothing when it was wrong or asked for help; what to say is said then. */
function options() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        leads: count,
        profiles: count,
        messages: count,
        audience: count,
      },
    });
    const { help, json, ...counts } = values;
    for (const [name, value] of Object.entries(counts)) {
      if (!/^[1-9]\d*$/.test(value)) throw new RangeError(`--${name} needs a whole number.`);
    }
    if (!help) return { isJson: json ?? false, counts };
    console.log(usage);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 1;
  }
  return undefined;
}

function report(file: string, passedOn: readonly string[]): Promise<Report> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...passedOn], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`${file} ended with ${code}.`));
      // The last line is what `tell` printed.
      else resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '') as Report);
    });
  });
}

const verdict = ({ ok }: Row): string => (ok === null ? 'none' : ok ? 'ok' : 'MISSED');

function print({ rows, notes }: Report): void {
  for (const row of rows) {
    const value = row.value === null ? '-' : `${row.value} ${row.unit}`;
    const ratio = row.ratio === null ? '-' : `${row.ratio}x`;
    console.log(`${verdict(row).padEnd(7)}${row.work}`);
    console.log(
      `       ${value}, ratio ${ratio}, budget ${row.budget}; reference ${row.reference}`,
    );
  }
  for (const note of notes) console.log(`       (${note})`);
}

async function bench({ isJson, counts }: NonNullable<ReturnType<typeof options>>): Promise<void> {
  const passedOn = Object.entries(counts).flatMap(([name, value]) => [`--${name}`, value]);
  const rows: Row[] = [];
  for (const file of files) {
    if (!isJson) process.stderr.write(`${file} ...\n`);
    const found = await report(file, passedOn);
    rows.push(...found.rows);
    if (!isJson) print(found);
  }
  if (isJson) console.log(JSON.stringify(rows, undefined, 2));
}

const asked = options();
if (asked !== undefined) await bench(asked);
