import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type QueueName, queueNames } from '../../shared/ports/queue.ts';
import { functions } from '../manifest.ts';
import { queues } from '../queue-manifest.ts';
import { pin } from './pin.ts';

export type QueuePair = { readonly queue: Queue; readonly deadLetters: Queue };

/** AWS's advice for queues read by Lambda: a message stays hidden for six timeouts of its function. */
const visibilityTimeouts = 6;

/** As long as SQS keeps a message. */
const retention = Duration.days(14);

/** Every queue of the manifest with its dead letters, encrypted, reachable over TLS only. */
export class Queues extends Construct {
  readonly pairs: Readonly<Record<QueueName, QueuePair>>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // `fromEntries` forgets that every queue name is among the keys.
    this.pairs = Object.fromEntries(queueNames.map((name) => [name, this.#pair(name)])) as Record<
      QueueName,
      QueuePair
    >;
  }

  #pair(name: QueueName): QueuePair {
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: retention,
      removalPolicy: queues[name].isRetained ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    const deadLetters = new Queue(this, `${name}-dead-letters`, common);
    const queue = new Queue(this, name, {
      ...common,
      visibilityTimeout: Duration.seconds(timeoutSecondsOf(name) * visibilityTimeouts),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: queues[name].maxReceives },
    });
    pin(queue, `${pascalCase(name)}Queue`);
    pin(deadLetters, `${pascalCase(name)}DeadLetters`);
    return { queue, deadLetters };
  }
}

function pascalCase(name: QueueName): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function timeoutSecondsOf(name: QueueName): number {
  const reader = functions.find(
    ({ trigger }) => trigger.kind === 'queue' && trigger.queue === name,
  );
  if (reader === undefined)
    throw new Error(`No function of the manifest reads the queue '${name}'.`);
  return reader.timeoutSeconds;
}
