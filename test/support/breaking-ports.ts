import type { Ports } from '../../shared/ports/ports.ts';

/** What a killed process throws at whoever still waits for it. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export type Break = {
  /** Which call of a port breaks, from 1. */
  readonly at: number;
  /** `before` it has any effect, or `after` it had its effect, with the answer lost. */
  readonly when: 'before' | 'after';
  /** `kill`: no call gets through any more until `revive`; `stumble`: only this one breaks. */
  readonly how: 'kill' | 'stumble';
};

/** Stands between a function and its ports and breaks it off at one call. */
export class Breaker {
  readonly #break: Break;
  #calls = 0;
  #isDead = false;
  #isOver = false;

  constructor(breaking: Break) {
    this.#break = breaking;
  }

  /** Whether the call at which to break was ever reached. */
  get hasBroken(): boolean {
    return this.#calls >= this.#break.at;
  }

  /** The danger is over: a break that was not reached by now does not come any more. */
  revive(): void {
    this.#isDead = false;
    this.#isOver = true;
  }

  around(ports: Ports): Ports {
    const { table, queue, secrets, email, text, push, webhook } = ports;
    return {
      ...ports,
      table: {
        get: (...args) => this.#pass(() => table.get(...args)),
        batchGet: (...args) => this.#pass(() => table.batchGet(...args)),
        query: (...args) => this.#pass(() => table.query(...args)),
        scan: (...args) => this.#pass(() => table.scan(...args)),
        due: (...args) => this.#pass(() => table.due(...args)),
        write: (...args) => this.#pass(() => table.write(...args)),
        transact: (...args) => this.#pass(() => table.transact(...args)),
      },
      queue: { send: (...args) => this.#pass(() => queue.send(...args)) },
      secrets: { get: (...args) => this.#pass(() => secrets.get(...args)) },
      email: {
        ...email,
        send: (...args) => this.#pass(() => email.send(...args)),
        ...(email.quota && { quota: () => this.#pass(async () => email.quota?.()) }),
      },
      text: { send: (...args) => this.#pass(() => text.send(...args)) },
      push: { send: (...args) => this.#pass(() => push.send(...args)) },
      webhook: { send: (...args) => this.#pass(() => webhook.send(...args)) },
    };
  }

  async #pass<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    if (this.#isDead) throw new Killed('The process is gone.');
    if (this.#isOver) return call();
    this.#calls += 1;
    if (this.#calls !== this.#break.at) return call();
    this.#isDead = this.#break.how === 'kill';
    if (this.#break.when === 'after') await call();
    throw new Killed(`Broken off at call ${this.#break.at}.`);
  }
}
