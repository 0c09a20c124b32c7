import { textTable } from '../commands/text-table.ts';
import { percentile, slopeOf } from './figures.ts';
import { isInBurst, type LoadOptions } from './plan.ts';
import type { LoadResult, Sample } from './run-load.ts';

/** Memory is looked at from this part of the time on: what a process needs to warm up is no growth. */
const warmUpShare = 1 / 3;

const megabyte = 1024 * 1024;

/** What the first leads leave for good (code, connections), and what is lost of each further one by rounding. */
const startingBytes = 8 * megabyte;
const bytesPerLead = 256;

/** What is wrong, in words that say which; none: the load was carried. */
export function failuresOf(result: LoadResult): readonly string[] {
  const { drainSeconds, proof, samples, keptBytes, posted } = result;
  const { lost, doubled, strange } = proof;
  const dead = samples.at(-1)?.dead ?? 0;
  return [
    ...named(lost, 'accepted and not stored'),
    ...named(doubled, 'stored more than once'),
    ...named(strange, 'stored with the wrong person, or though refused'),
    ...(drainSeconds === undefined ? ['The queues were not empty in time.'] : []),
    ...(dead > 0 ? [`${dead} messages are dead letters.`] : []),
    ...(keptBytes.after - keptBytes.before > startingBytes + bytesPerLead * posted.length
      ? [`Memory is not given back: ${keptText(keptBytes)}.`]
      : []),
  ];
}

const shownNames = 5;

const named = (names: readonly string[], what: string): readonly string[] =>
  names.length === 0
    ? []
    : [
        `${names.length} ${what}: ${names.slice(0, shownNames).join(', ')}${names.length > shownNames ? ', ...' : ''}`,
      ];

/** The figures of a run, as a table. */
export function loadReport(options: LoadOptions, result: LoadResult): string {
  return textTable(
    ['figure', 'value'],
    [...traffic(options, result), ...stored(result), ...memory(result)],
  );
}

type Row = readonly [string, string];

function traffic({ rate, burst, minutes }: LoadOptions, result: LoadResult): readonly Row[] {
  const { posted, postingSeconds, drainSeconds, samples } = result;
  const calm = latencies(result, (atMs) => !isInBurst(atMs));
  const rough = latencies(result, isInBurst);
  const answers = Map.groupBy(posted, ({ status, failure }) => status ?? `no answer (${failure})`);
  const accepted = answers.get(202)?.length ?? 0;
  answers.delete(202);
  const others = [...answers].map(([status, leads]) => `${status}: ${leads.length}`);
  const waiting = Math.max(0, ...samples.map((sample) => sample.waiting));
  return [
    ['leads posted', `${number(posted.length)} in ${decimal(minutes)} min`],
    ['planned', `${number(rate)}/s, in bursts ${number(burst)}/s`],
    ['achieved', `${number(posted.length / postingSeconds)}/s`],
    ['accepted', number(accepted)],
    ['refused', others.length === 0 ? 'none' : others.join(', ')],
    ['accept latency', calm],
    ['  in bursts', rough],
    ['most on the queues', number(waiting)],
    ['drained after', drainSeconds === undefined ? 'not in time' : `${decimal(drainSeconds)} s`],
    ['CPU of the system', `${decimal((samples.at(-1)?.cpuMs ?? 0) / posted.length)} ms a lead`],
  ];
}

function latencies({ posted }: LoadResult, isMeant: (atMs: number) => boolean): string {
  const sorted = posted
    .filter(({ atMs, status }) => isMeant(atMs) && status === 202)
    .map(({ latencyMs }) => latencyMs)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return 'none';
  const [median, most] = [percentile(sorted, 50), percentile(sorted, 99)];
  return `p50 ${decimal(median)} ms, p99 ${decimal(most)} ms, max ${decimal(sorted.at(-1) ?? 0)} ms`;
}

const stored = ({ posted, proof }: LoadResult): readonly Row[] => [
  ['people stored', number(proof.people)],
  ['leads stored', number(proof.leads)],
  ['repeats, recorded once', number(posted.length - proof.leads)],
  ['lost', number(proof.lost.length)],
  ['twice', number(proof.doubled.length)],
  ['strange', number(proof.strange.length)],
];

const keptText = ({ before, after }: LoadResult['keptBytes']): string =>
  `${decimal(before / megabyte)} to ${decimal(after / megabyte)} MB`;

function memory({ samples, postingSeconds, keptBytes }: LoadResult): readonly Row[] {
  const of = (bytes: (sample: Sample) => number): string => {
    const points = samples
      .filter(({ seconds }) => seconds > postingSeconds * warmUpShare && seconds < postingSeconds)
      .map((sample) => ({ x: sample.seconds / 60, y: bytes(sample) / megabyte }));
    const all = samples.map((sample) => bytes(sample) / megabyte);
    return `${number(all[0] ?? 0)} to ${number(all.at(-1) ?? 0)} MB, most ${number(Math.max(...all))}; ${signed(slopeOf(points))} MB/min`;
  };
  return [
    ['memory (RSS)', of(({ rssBytes }) => rssBytes)],
    ['heap used', of(({ heapBytes }) => heapBytes)],
    ['  without garbage', keptText(keptBytes)],
  ];
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const decimal = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(1)}`;
