import type { TableName } from '../../shared/ports/table.ts';

/** What a function did for a piece of work: how often it began, and how many answers it waited for. */
export type FunctionUse = { readonly invocations: number; readonly calls: number };

/** What a piece of work asks of AWS, in the units that are billed. */
export type Requests = {
  readonly tableRequests: number;
  /** Of 4 KB; an eventually consistent one counts half. */
  readonly readUnits: number;
  /** Of 1 KB; doubled in a transaction, writes of the index included. By table: each has its own quota. */
  readonly writeUnits: Readonly<Record<TableName, number>>;
  /** Sends, receives and deletes, each of up to ten messages and 64 KB; empty receives are not among them. */
  readonly queueRequests: number;
  /** Messages of a group, which a fair queue charges for besides. */
  readonly fairMessages: number;
  readonly busEvents: number;
  /** What SES publishes about emails. */
  readonly emailEvents: number;
  readonly apiRequests: number;
  readonly emails: number;
  readonly texts: number;
  readonly pushes: number;
  readonly webhooks: number;
  /** By the function's file. */
  readonly functions: Readonly<Record<string, FunctionUse>>;
  /** Bytes left in the tables and their index, DynamoDB's 100 an item included, by how many days they are kept. */
  readonly storedBytes: Readonly<Record<string, number>>;
};

/** As it is written down: without what is nothing. */
export type PartialRequests = {
  readonly [Name in keyof Requests]?: Name extends 'functions'
    ? Readonly<Record<string, Partial<FunctionUse>>>
    : Requests[Name] extends number
      ? number
      : Partial<Requests[Name]>;
};

export const noRequests: Requests = {
  tableRequests: 0,
  readUnits: 0,
  writeUnits: { profiles: 0, timeline: 0, marketing: 0 },
  queueRequests: 0,
  fairMessages: 0,
  busEvents: 0,
  emailEvents: 0,
  apiRequests: 0,
  emails: 0,
  texts: 0,
  pushes: 0,
  webhooks: 0,
  functions: {},
  storedBytes: {},
};

/** The sum of some requests, each so many times; a negative number takes them away. */
export function sumOf(parts: readonly (readonly [Requests, number])[]): Requests {
  const numbers = (pick: (requests: Requests) => number): number =>
    parts.reduce((sum, [requests, times]) => sum + pick(requests) * times, 0);
  const files = new Set(parts.flatMap(([{ functions }]) => Object.keys(functions)));
  const lives = new Set(parts.flatMap(([{ storedBytes }]) => Object.keys(storedBytes)));
  const useOf = (file: string): FunctionUse => ({
    invocations: numbers(({ functions }) => functions[file]?.invocations ?? 0),
    calls: numbers(({ functions }) => functions[file]?.calls ?? 0),
  });
  return {
    tableRequests: numbers((one) => one.tableRequests),
    readUnits: numbers((one) => one.readUnits),
    writeUnits: {
      profiles: numbers(({ writeUnits }) => writeUnits.profiles),
      timeline: numbers(({ writeUnits }) => writeUnits.timeline),
      marketing: numbers(({ writeUnits }) => writeUnits.marketing),
    },
    queueRequests: numbers((one) => one.queueRequests),
    fairMessages: numbers((one) => one.fairMessages),
    busEvents: numbers((one) => one.busEvents),
    emailEvents: numbers((one) => one.emailEvents),
    apiRequests: numbers((one) => one.apiRequests),
    emails: numbers((one) => one.emails),
    texts: numbers((one) => one.texts),
    pushes: numbers((one) => one.pushes),
    webhooks: numbers((one) => one.webhooks),
    functions: Object.fromEntries([...files].sort().map((file) => [file, useOf(file)])),
    storedBytes: Object.fromEntries(
      [...lives].map((days) => [days, numbers(({ storedBytes }) => storedBytes[days] ?? 0)]),
    ),
  };
}

/** Write units of all tables. */
export const allWriteUnits = ({ writeUnits }: Requests): number =>
  writeUnits.profiles + writeUnits.timeline + writeUnits.marketing;

/** What was written down, whole. */
export function wholeRequests(written: PartialRequests): Requests {
  const functions = Object.entries(written.functions ?? {}).map(([file, use]) => [
    file,
    { invocations: 0, calls: 0, ...use },
  ]);
  const bytes = Object.entries(written.storedBytes ?? {}).map(([days, size]) => [days, size ?? 0]);
  return {
    ...noRequests,
    ...written,
    writeUnits: { ...noRequests.writeUnits, ...written.writeUnits },
    functions: Object.fromEntries(functions),
    storedBytes: Object.fromEntries(bytes),
  };
}
