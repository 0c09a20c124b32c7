import type { TableName } from '../../ports/table.ts';

/** What the deployment creates and the contract tests create again. Every attribute named is text. */
export type TableDefinition = {
  readonly partitionKey: 'pk';
  readonly sortKey: 'sk' | undefined;
  /** KEYS_ONLY: its entries hold the table's keys and these two. Nothing on a timeline is ever due. */
  readonly dueIndex:
    | { readonly name: 'due'; readonly partitionKey: 'dueSlot'; readonly sortKey: 'dueAt' }
    | undefined;
  /** Whether changes are told on a stream, with the item as it has become. */
  readonly stream: boolean;
  readonly timeToLiveAttribute: 'expiresAt';
};

export const dueIndex = { name: 'due', partitionKey: 'dueSlot', sortKey: 'dueAt' } as const;

const both = {
  partitionKey: 'pk',
  sortKey: 'sk',
  dueIndex,
  stream: false,
  timeToLiveAttribute: 'expiresAt',
} as const;

/** The three tables, as plain data. */
export const tableDefinitions: Readonly<Record<TableName, TableDefinition>> = {
  profiles: { ...both, sortKey: undefined },
  timeline: { ...both, dueIndex: undefined, stream: true },
  marketing: both,
};
