import type { QueueName } from '../shared/ports/queue.ts';
import type { SecretName } from '../shared/ports/secrets.ts';
import type { TableName } from '../shared/ports/table.ts';

/** What a function may reach: IAM grants on AWS, and a wall in the local world. */
export type Grants = {
  readonly tables?: Readonly<Partial<Record<TableName, 'read' | 'write'>>>;
  /** Tables it reads whole, which no other function may. */
  readonly scans?: readonly TableName[];
  /** Tables of which it asks what is due, by their index. */
  readonly due?: readonly TableName[];
  readonly sendsTo?: readonly QueueName[];
  readonly bus?: true;
  readonly schedules?: true;
  readonly email?: true;
  readonly text?: true;
  readonly push?: true;
  /** Calls systems of the company's own: no AWS service, so no right to grant. */
  readonly webhook?: true;
  /** Calls the API by its public name, as websites do: no right to grant. */
  readonly publicApi?: true;
  readonly secrets?: readonly SecretName[];
};

export type Trigger =
  | { readonly kind: 'http'; readonly api: 'public' | 'admin' }
  | {
      readonly kind: 'queue';
      readonly queue: QueueName;
      /** Messages per invocation, at most. */
      readonly batch: number;
      /** How long a batch may wait to fill; more than 10 messages need at least 1. */
      readonly windowSeconds: number;
      /**
       * Invocations at the same time, at most; at least 2 on AWS. All of them together leave the
       * larger part of an account's 1000 to the HTTP API.
       */
      readonly concurrency: number;
    }
  | { readonly kind: 'stream'; readonly table: 'timeline'; readonly batch: number }
  /** What SNS writes about SMS; the company subscribes it (see the output TextStatusSetup). */
  | { readonly kind: 'logs' }
  | { readonly kind: 'minute' }
  /** Again and again on AWS; locally only when it is invoked: nobody would hear the alarm. */
  | { readonly kind: 'rate'; readonly minutes: number }
  | { readonly kind: 'invoke' };

/** One Lambda. */
export type FunctionRow = {
  readonly file: string;
  readonly trigger: Trigger;
  readonly grants: Grants;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Locally: starts only when every invocation begun before it has ended (see the decision on settling). */
  readonly settles?: true;
  /** What the business loses when it fails: the text of its alarm. */
  readonly loss: string;
};
