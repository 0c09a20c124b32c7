import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type Assumptions, assumptionsSchema } from '../costs/assumptions.ts';
import { type Bill, billOf } from '../costs/bill.ts';
import { type CostTable, groupTable, serviceTable } from '../costs/cost-tables.ts';
import { withParts } from '../costs/document-parts.ts';
import { idleLoad, type Load, usualLoads } from '../costs/load.ts';
import {
  otherPricesSchema,
  priceRegion,
  pricesReadOn,
  type UnitPrices,
  unitPrices,
} from '../costs/prices.ts';
import { documentParts, optionOf } from '../costs/readme.ts';
import { textTable } from './text-table.ts';

/** `npm run costs`: what a month on AWS costs, from requests that tests have counted and published prices. */

const assumptionNames = Object.keys(assumptionsSchema.shape);
const usual: Readonly<Record<string, number>> = assumptionsSchema.parse({});

const usage = `npm run costs -- [options]

  Unless told, prints an idle month, and 1K people with 10K emails, 50K with 500K, 1M with 10M.

  --profiles NUMBER    people who are known
  --messages NUMBER    emails a month
  --leads NUMBER       new people a month
  --prices FILE        other prices, as JSON: { "tableWriteUnit": 0.7, "email": 0.1 }, each in USD for as many
                       units as in infra/costs/README.md
  --json               print the bills as JSON and nothing else
  --write              write the tables of infra/costs/README.md and infra/sizing.md anew

  What is assumed, and the usual figure:
${assumptionNames.map(assumptionLine).join('\n')}`;

function assumptionLine(name: string): string {
  const option = `--${optionOf(name)} NUMBER`.padEnd(32);
  const { description } = assumptionsSchema.shape[name as keyof Assumptions];
  return `  ${option}${usual[name]}: ${description ?? ''}`;
}

/** The command line was wrong; the message says what, in one line. */
class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

function parsed(args: readonly string[]) {
  const assumptions = Object.fromEntries(assumptionNames.map((name) => [optionOf(name), text]));
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...assumptions,
        help: { ...flag, short: 'h' },
        json: flag,
        write: flag,
        profiles: text,
        messages: text,
        leads: text,
        prices: text,
      },
    }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

type Values = ReturnType<typeof parsed>;

function numberOf(values: Values, option: string): number | undefined {
  // Options that are made of the assumptions' names are not known to the type.
  const given = (values as Readonly<Record<string, string | boolean | undefined>>)[option];
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given === '' || !Number.isFinite(value) || value < 0) {
    throw new WrongUsage(`--${option} "${given}" is no number from 0 on.`);
  }
  return value;
}

/** Where a dot parts thousands, 50.000 is not meant to be fifty. */
function countOf(values: Values, option: 'profiles' | 'messages' | 'leads'): number | undefined {
  const given = values[option];
  if (typeof given === 'string' && /[.,\s]/.test(given)) {
    throw new WrongUsage(`--${option} "${given}" is no whole number: write it like 50000.`);
  }
  return numberOf(values, option);
}

function assumptionsOf(values: Values): Assumptions {
  const given = assumptionNames.map((name) => [name, numberOf(values, optionOf(name))]);
  const result = assumptionsSchema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const option = optionOf(String(issue?.path[0]));
  throw new WrongUsage(`--${option}: ${issue?.message ?? 'is wrong'}.`);
}

function pricesOf(file: unknown): UnitPrices {
  if (typeof file !== 'string') return unitPrices();
  try {
    return unitPrices(otherPricesSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new WrongUsage(`--prices ${file} cannot be used: ${why}`, { cause });
  }
}

function loadsOf(values: Values): readonly Load[] {
  const profiles = countOf(values, 'profiles');
  const messages = countOf(values, 'messages');
  const leads = countOf(values, 'leads');
  if (profiles === undefined && messages === undefined && leads === undefined) return usualLoads;
  return [{ profiles: profiles ?? 0, messages: messages ?? 0, leads }];
}

const asText = ({ heads, rows }: CostTable): string => textTable(heads, rows);

function print(bills: readonly Bill[]): void {
  console.log(asText(serviceTable(bills)));
  console.log(`\n${asText(groupTable(bills))}`);
  console.log(`
Prices of ${priceRegion} in USD, read on ${pricesReadOn}; other regions and days differ: --prices FILE.
What is counted, what is assumed and where the prices stand: infra/costs/README.md.
What carriers charge for SMS, what support costs and what the account does besides is not in it.`);
}

function write(): void {
  for (const [path, parts] of Object.entries(documentParts())) {
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    writeFileSync(file, withParts(readFileSync(file, 'utf8'), parts));
    console.log(`${path} is written anew.`);
  }
}

function run(args: readonly string[]): void {
  const values = parsed(args);
  if (values.help === true) {
    console.log(usage);
    return;
  }
  if (values.write === true) {
    write();
    return;
  }
  const assumed = assumptionsOf(values);
  const prices = pricesOf(values.prices);
  const bills = [idleLoad, ...loadsOf(values)].map((load) => billOf(load, assumed, prices));
  if (values.json !== true) {
    print(bills);
    return;
  }
  const json = bills.map((bill) => ({ ...bill, byGroup: Object.fromEntries(bill.byGroup) }));
  console.log(JSON.stringify({ region: priceRegion, assumed, bills: json }, undefined, 2));
}

try {
  run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WrongUsage)) throw error;
  console.error(`${error.message}\n\nnpm run costs -- --help tells the options.`);
  process.exitCode = 1;
}
