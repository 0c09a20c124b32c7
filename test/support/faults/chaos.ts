import { currentInvocation } from '../../../infra/local/invoke-store.ts';
import type { AroundPorts } from '../../../infra/local/load-functions.ts';
import type { VirtualClock } from '../../../shared/adapters/embedded/clock.ts';
import type { Ports } from '../../../shared/ports/ports.ts';
import { NotSent, type PushAnswer, type SendAnswer } from '../../../shared/ports/senders.ts';
import type { Dice } from '../dice.ts';

/** What a killed process throws at whoever still waits for it. */
class Killed extends Error {
  override readonly name = 'Killed';
}

/** How often each misfortune strikes, by port call. */
export type Rates = {
  /** The process dies just before the call, or just after it: no later call of the invocation gets through. */
  readonly killed: number;
  /** The call alone fails, before or after its effect. */
  readonly failed: number;
  /** The provider does not do as it is asked: see `#provider`. */
  readonly provider: number;
};

/** Minutes that a slow provider takes to answer, at most: longer than any lease. */
const slowestMinutes = 6;

/**
 * Stands between all functions and their ports and strikes by the dice: at every call of every port, in
 * every invocation. What it does is what may happen on AWS; it never answers what is not true.
 */
export class Chaos {
  readonly #dice: Dice;
  readonly #rates: Rates;
  readonly #dead = new WeakSet<object>();
  #isCalm = false;
  /** Every process dies at once while it is true: the machine is off. */
  #isOff = false;
  clock: VirtualClock | undefined;

  constructor(dice: Dice, rates: Rates) {
    this.#dice = dice;
    this.#rates = rates;
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** From now on nothing breaks any more. */
  calm(): void {
    this.#isCalm = true;
  }

  switchOff(): void {
    this.#isOff = true;
  }

  switchOn(): void {
    this.#isOff = false;
  }

  readonly around: AroundPorts = (_, ports) => {
    const { email, text, push, webhook } = ports;
    const passing = <Port extends object>(port: Port): Port => this.#around(port);
    return {
      ...ports,
      table: passing(ports.table),
      queue: passing(ports.queue),
      bus: passing(ports.bus),
      schedules: passing(ports.schedules),
      secrets: passing(ports.secrets),
      email: {
        ...email,
        send: (emails) => this.#pass(() => this.#provider(() => email.send(emails))),
        ...(email.quota && { quota: () => this.#pass(async () => email.quota?.()) }),
      },
      text: {
        send: (one) => this.#pass(() => this.#provider(() => this.#alone(() => text.send(one)))),
      },
      push: {
        send: (one) => this.#pass(() => this.#provider(() => this.#device(() => push.send(one)))),
      },
      webhook: {
        send: (one) => this.#pass(() => this.#endpoint(() => this.#alone(() => webhook.send(one)))),
      },
    } satisfies Ports;
  };

  /** Every method of a port, each call of which may be the last. */
  #around<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          this.#pass(async () => Reflect.apply(member, target, args) as unknown);
      },
    });
  }

  async #pass<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const invocation = currentInvocation();
    if (invocation === undefined) return call();
    if (this.#isOff) this.#dead.add(invocation);
    if (this.#dead.has(invocation)) throw new Killed('The process is gone.');
    if (this.#isCalm) return call();
    const isKilled = this.#dice.chance(this.#rates.killed);
    if (!isKilled && !this.#dice.chance(this.#rates.failed)) return call();
    // The machine may be switched off while the call is on its way.
    if (isKilled) this.#dead.add(invocation);
    if (this.#dice.chance(0.5)) await call();
    throw new Killed(isKilled ? 'The process is gone.' : 'The call broke off.');
  }

  /** Says of the one recipient that they are not to be reached, or not now. */
  async #alone(call: () => Promise<SendAnswer>): Promise<SendAnswer> {
    if (this.#isCalm || !this.#dice.chance(this.#rates.provider / 3)) return call();
    return this.#dice.pick([
      { kind: 'throttled', reason: 'Rate exceeded.' },
      { kind: 'rejected', reason: 'Not a number that takes messages.' },
    ] as const);
  }

  /** As `#alone`, or the app is gone from the device. */
  async #device(call: () => Promise<PushAnswer>): Promise<PushAnswer> {
    if (this.#isCalm || !this.#dice.chance(this.#rates.provider / 3)) return call();
    return this.#dice.pick([
      { kind: 'throttled', reason: 'Rate exceeded.' },
      { kind: 'rejected', reason: 'The platform refuses it.' },
      { kind: 'gone' },
    ] as const);
  }

  /** A system of the company's own: what leaves it open whether it took the call is answered as `throttled`. */
  async #endpoint(call: () => Promise<SendAnswer>): Promise<SendAnswer> {
    try {
      return await this.#provider(call);
    } catch {
      return { kind: 'throttled', reason: 'no-answer' };
    }
  }

  /**
   * Refuses the call whole, loses its answer before or after the effect, or answers so late that others
   * take the caller for dead. Answers for single recipients are the outbox's own, see `emailAnswer`.
   */
  async #provider<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.#isCalm || !this.#dice.chance(this.#rates.provider)) return call();
    switch (this.#dice.pick(['refused', 'lost-before', 'lost-after', 'late'] as const)) {
      case 'refused':
        throw new NotSent('The provider takes nothing now.');
      case 'lost-before':
        throw new Error('The connection broke.');
      case 'lost-after':
        await call();
        throw new Error('The connection broke.');
      case 'late': {
        const answer = await call();
        const { clock } = this;
        if (clock === undefined) return answer;
        clock.set(clock.now() + this.#dice.between(1, slowestMinutes) * 60_000);
        await clock.sleep(this.#dice.between(1, 500));
        return answer;
      }
    }
  }
}
