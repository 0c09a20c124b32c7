import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Requests } from '../../infra/costs/requests.ts';
import { countCampaigns, countReactions } from './counted-messages.ts';
import { countCanary, countFlood, countPeople } from './counted-work.ts';

/**
 * `node test/support/recount.ts` writes what is counted now into infra/costs/counted.ts, for whoever has
 * changed it on purpose; then `npm run costs -- --write` for the tables that follow from it.
 */
const path = fileURLToPath(new URL('../../infra/costs/counted.ts', import.meta.url));

const counted = {
  ...(await countPeople()),
  ...(await countCanary()),
  ...(await countFlood()),
  ...(await countReactions()),
  ...(await countCampaigns()),
};

const isNothing = (value: unknown): boolean =>
  value === 0 ||
  (typeof value === 'object' && value !== null && Object.values(value).every(isNothing));

/** In one line, without what is nothing: it goes without saying. */
const said = (value: object): string =>
  Object.entries(value)
    .filter(([, part]) => !isNothing(part))
    .map(([name, part]: [string, number | object]) => `${quoted(name)}: ${figure(part)}`)
    .join(', ');

const figure = (part: number | object): string =>
  typeof part === 'number' ? String(part) : `{ ${said(part)} }`;

const quoted = (name: string): string => (/^[a-z]\w*$/i.test(name) ? name : `'${name}'`);

function linesOf([activity, requests]: readonly [string, Requests]): string {
  const { functions, storedBytes, ...numbers } = requests;
  const files = Object.entries(functions).map(([file, use]) => `      '${file}': ${figure(use)},`);
  return [
    `  ${activity}: {`,
    `    ${said(numbers)},`,
    ...(files.length > 0 ? ['    functions: {', ...files, '    },'] : []),
    ...(isNothing(storedBytes) ? [] : [`    storedBytes: ${figure(storedBytes)},`]),
    '  },',
  ].join('\n');
}

writeFileSync(
  path,
  `// biome-ignore-all format: figures that belong together stand in one line.
import type { PartialRequests } from './requests.ts';

/**
 * What each piece of work asks of AWS, as counted in the local world. Written by
 * \`node test/support/recount.ts\`; tests hold it equal to what is counted now.
 */
export const counted = {
${Object.entries(counted).map(linesOf).join('\n')}
} as const satisfies Readonly<Record<string, PartialRequests>>;

/** A piece of work that is counted. */
export type Activity = keyof typeof counted;
`,
);
