import type { SentMessage } from '../../../infra/local/outbox-items.ts';
import { openWorld, type World } from '../../../infra/local/world.ts';
import type { WorldAnswer } from '../../../infra/local/world-request.ts';
import { VirtualClock } from '../../../shared/adapters/embedded/clock.ts';
import type { QueueName } from '../../../shared/ports/queue.ts';
import type { SendAnswer } from '../../../shared/ports/senders.ts';
import { suppressedAmong } from '../../../shared/stores/suppressions.ts';
import { type Dice, diceOf } from '../dice.ts';
import { ask } from '../modes.ts';
import { backUp, dropBackup, putBack } from '../restored.ts';
import { startOfWorld } from '../world.ts';
import { Chaos } from './chaos.ts';

/** What a company was promised in its life, against which it is held in the end. */
export type Promises = {
  /** How many messages a person gets at most. */
  cap: { readonly limit: number; readonly per: string } | undefined;
  /** Who was there before the first campaign. */
  readonly founders: string[];
  /** Who posted each accepted lead, by message id. */
  readonly leads: Map<string, string>;
  /** When it was confirmed that somebody wants no more emails or SMS, by address or number, ms. */
  readonly withdrawn: Map<string, number>;
  /** Campaigns that were launched, with what was written. */
  readonly launched: Map<string, Readonly<Record<string, unknown>>>;
};

/** How the life of one seed is lived: everything follows from it. */
export type LifeOptions = {
  readonly seed: number;
  /** Where the data lies: only then the machine may be switched off. */
  readonly directory?: string | undefined;
};

/** A small account: few emails a second. */
const quota = { perSecond: 2, perDay: 50_000, sentLastDay: 0 };

function forgetAllBut(kept: ReadonlyMap<string, unknown>, promises: Map<string, unknown>): void {
  for (const key of promises.keys()) if (!kept.has(key)) promises.delete(key);
}

/** A company's system on bad days: processes die, providers fail, and everything may come twice. */
export class Life {
  readonly dice: Dice;
  readonly chaos: Chaos;
  readonly promises: Promises = {
    cap: undefined,
    founders: [],
    leads: new Map(),
    withdrawn: new Map(),
    launched: new Map(),
  };
  /** Everything that was ever said on queues, to be said again. */
  readonly said: { readonly queue: QueueName; readonly body: unknown }[] = [];
  readonly #options: LifeOptions;
  readonly #hostile: number | undefined;
  readonly #announces: boolean;
  readonly #hasQuota: boolean;
  readonly #forgotten: SentMessage[] = [];
  #backup:
    | {
        readonly sent: number;
        readonly leads: ReadonlyMap<string, string>;
        readonly withdrawn: ReadonlyMap<string, number>;
        readonly launched: Promises['launched'];
      }
    | undefined;
  #world: World | undefined;
  writeKey = '';
  /** Campaigns ever written. */
  plans = 0;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.dice = diceOf(options.seed);
    this.chaos = new Chaos(diceOf(options.seed + 1_000_003), {
      killed: this.dice.pick([0, 0.002, 0.006]),
      failed: this.dice.pick([0, 0.002, 0.006]),
      provider: this.dice.pick([0, 0.1, 0.4]),
    });
    this.#hostile = this.dice.chance(0.7) ? options.seed : undefined;
    this.#announces = this.dice.chance(0.7);
    this.#hasQuota = this.dice.chance(0.5);
  }

  get world(): World {
    if (this.#world === undefined) throw new Error('The world is not open.');
    return this.#world;
  }

  get canRestart(): boolean {
    return this.#options.directory !== undefined;
  }

  get now(): number {
    return this.world.clock.now();
  }

  async open(clock = startOfWorld): Promise<void> {
    const world = await openWorld({
      clock,
      directory: this.#options.directory,
      hostile: this.#hostile,
      around: this.chaos.around,
      emailAnswer: () => this.#emailAnswer(),
      ...(this.#hasQuota && { emailQuota: () => quota }),
      announcesEmails: this.#announces,
    });
    this.#world = world;
    if (world.clock instanceof VirtualClock) this.chaos.clock = world.clock;
    const { queue } = world.embedded;
    const send = queue.send.bind(queue);
    queue.send = async (name, messages) => {
      for (const { body } of messages) this.said.push({ queue: name, body });
      return send(name, messages);
    };
  }

  async close(): Promise<void> {
    await this.#world?.close();
    this.#world = undefined;
  }

  /** The machine is switched off in the middle of everything, and on again. */
  async restart(): Promise<void> {
    const clock = this.world.now();
    this.chaos.switchOff();
    await this.close();
    this.chaos.switchOn();
    await this.open(clock);
  }

  /** As a marketer: what broke or was too busy is asked again. */
  admin(method: string, path: string, body?: unknown): Promise<WorldAnswer> {
    return ask(this.world, method, path, { admin: true, body });
  }

  /** As a marketer who gets what they ask for. */
  async insist(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.admin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json() as Readonly<Record<string, unknown>>; // an object, as every answer
  }

  /** As a website, once: the status. */
  async post(path: string, body: unknown): Promise<number> {
    const headers = { 'x-write-key': this.writeKey };
    return (await this.world.request('POST', path, { headers, body })).status;
  }

  /** Whether a sending is one that the database has forgotten. */
  isForgotten(id: string): boolean {
    return this.#forgotten.some((message) => message.id === id);
  }

  /** All that the provider was ever handed, also what a database that was put back has forgotten. */
  outbox(): readonly SentMessage[] {
    return [...this.#forgotten, ...this.world.outbox()];
  }

  /** Whether a number is written to no more. */
  async hasStopped(phone: string): Promise<boolean> {
    return (await suppressedAmong(this.world.ports.table, 'sms', [phone])).has(phone);
  }

  backUp(): void {
    const { directory } = this.#options;
    if (directory === undefined) return;
    if (this.#backup !== undefined) dropBackup(directory);
    backUp(this.world, directory);
    this.#backup = {
      sent: this.world.outbox().length,
      leads: new Map(this.promises.leads),
      withdrawn: new Map(this.promises.withdrawn),
      launched: new Map(this.promises.launched),
    };
  }

  /** The database is put back as it was at the last backup: what was promised since is forgotten. */
  async putBack(): Promise<void> {
    const { directory } = this.#options;
    if (directory === undefined || this.#backup === undefined) return;
    const clock = this.world.now();
    const { sent, leads, withdrawn, launched } = this.#backup;
    this.#forgotten.push(...this.world.outbox().slice(sent));
    this.chaos.switchOff();
    await this.close();
    putBack(directory);
    this.chaos.switchOn();
    forgetAllBut(leads, this.promises.leads);
    forgetAllBut(withdrawn, this.promises.withdrawn);
    forgetAllBut(launched, this.promises.launched);
    await this.open(clock);
  }

  /** What the provider says of single recipients; a part of the batch may be gone when it throws. */
  #emailAnswer(): SendAnswer | undefined {
    if (this.chaos.isCalm || !this.dice.chance(0.03)) return undefined;
    switch (this.dice.pick(['throttled', 'rejected', 'lost'] as const)) {
      case 'throttled':
        return { kind: 'throttled', reason: 'Maximum sending rate exceeded.' };
      case 'rejected':
        return { kind: 'rejected', reason: 'MESSAGE_REJECTED' };
      case 'lost':
        throw new Error('The connection broke in the middle.');
    }
  }
}
