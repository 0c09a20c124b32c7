import { queueClient } from './aws-clients.ts';
import type { Deployment } from './deployment.ts';
import type { LambdaProcess } from './lambda-process.ts';
import {
  type Failure,
  type Mapping,
  mappingSchema,
  QueueMapping,
  StreamMapping,
} from './mappings.ts';
import type { Statement } from './policy.ts';
import type { Wire } from './wire.ts';

/** What a role may do, and the access key it is known by on the wire. */
export type Role = { readonly may: readonly Statement[]; readonly accessKeyId: string };

type Options = {
  readonly wire: Wire;
  readonly region: string;
  readonly lambdaOf: (reference: string) => LambdaProcess;
  readonly roles: ReadonlyMap<string, Role>;
  readonly now: () => number;
};

/** Rounds of polling after which something runs in circles. */
const maxRounds = 200;

/** The event source mappings of the template, polled until nothing is left. */
export class EventSources {
  readonly queues: readonly QueueMapping[];
  readonly failures: Failure[] = [];
  readonly #streams: readonly StreamMapping[];
  readonly #urls: ReadonlyMap<string, string>;
  readonly #sentTo: Set<string>;

  static async of(deployment: Deployment, options: Options): Promise<EventSources> {
    const mappings = await deployment.all('AWS::Lambda::EventSourceMapping');
    const queues = await deployment.all('AWS::SQS::Queue');
    return new EventSources(
      mappings.map(({ properties }) => mappingSchema.parse(properties)),
      new Map(queues.map(({ made }) => [made.attributes['Arn'] ?? '', made.ref])),
      options,
    );
  }

  constructor(mappings: readonly Mapping[], urls: ReadonlyMap<string, string>, options: Options) {
    this.#urls = urls;
    this.#sentTo = options.wire.sentTo;
    const isStream = ({ EventSourceArn }: Mapping): boolean => EventSourceArn.includes('/stream/');
    this.#streams = mappings.filter(isStream).map((mapping) => this.#stream(mapping, options));
    this.queues = mappings
      .filter((mapping) => !isStream(mapping))
      .map((mapping) => this.#queue(mapping, options));
  }

  /** The URL of a queue by its ARN. */
  urlOf = (arn: string): string => {
    const url = this.#urls.get(arn);
    if (url === undefined) throw new Error(`The stack has no queue ${arn}.`);
    return url;
  };

  /**
   * Until no queue has anything that is due and the stream is read to its end. Rounds go to the queues
   * that were sent to over the wire; the last one goes to all, for what rules and topics brought.
   */
  async settle(): Promise<void> {
    let isLast = true;
    for (let round = 0; round < maxRounds; round += 1) {
      const looked = this.queues.filter(({ url }) => isLast || this.#sentTo.has(url));
      for (const { url } of looked) this.#sentTo.delete(url);
      const handedOver: boolean = [
        ...(await Promise.all(looked.map(drained))),
        // Not while others write: moto shows the records of transactions that it cancels afterwards.
        ...(isLast ? await Promise.all(this.#streams.map(drained)) : []),
      ].includes(true);
      if (isLast && !handedOver) return;
      isLast = !handedOver && this.#sentTo.size === 0;
    }
    throw new Error(`Something is still under way after ${maxRounds} rounds.`);
  }

  #stream(mapping: Mapping, options: Options): StreamMapping {
    const lambda = options.lambdaOf(mapping.FunctionName);
    const connection = connectionOf(lambda, options);
    return new StreamMapping({ mapping, connection, lambda, failures: this.failures });
  }

  #queue(mapping: Mapping, options: Options): QueueMapping {
    const lambda = options.lambdaOf(mapping.FunctionName);
    return new QueueMapping({
      mapping,
      url: this.urlOf(mapping.EventSourceArn),
      region: options.region,
      client: queueClient(connectionOf(lambda, options)),
      lambda,
      now: options.now,
      failures: this.failures,
    });
  }
}

/** Lambda polls by the role of the function. */
function connectionOf({ spec }: LambdaProcess, { wire, region, roles }: Options) {
  const accessKeyId = roles.get(spec.roleArn)?.accessKeyId ?? '';
  return { endpoint: wire.url, region, accessKeyId };
}

/** Polls until nothing comes; answers whether anything did. */
async function drained(source: { poll(): Promise<boolean> }): Promise<boolean> {
  let handedOver = false;
  while (await source.poll()) handedOver = true;
  return handedOver;
}
