import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report, Row } from './row.ts';

/**
 * `npm run bench`: the budgets, as ratios within one run, each row in a process of its own. With
 * `--json` it prints the rows and nothing else; `--profiles 1000000` passes over that many people.
 */
const files = [
  'lead.ts',
  'segment-evaluation.ts',
  'full-pass.ts',
  'table-units.ts',
  'messages.ts',
  'handler-imports.ts',
];

const isJson = process.argv.includes('--json');
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--json');

function report(file: string): Promise<Report> {
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

const rows: Row[] = [];
for (const file of files) {
  if (!isJson) process.stderr.write(`${file} ...\n`);
  const found = await report(file);
  rows.push(...found.rows);
  if (!isJson) print(found);
}
if (isJson) console.log(JSON.stringify(rows, undefined, 2));
