import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Where the system under load listens. */
export type SiteAccess = { readonly url: string; readonly writeKey: string };

/** How the system under load is. */
export type SiteState = {
  /** Messages on all queues: waiting, delayed or in hand. */
  readonly waiting: number;
  readonly dead: number;
  /** Invocations that failed, of the last ones. */
  readonly failures: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly cpuMs: number;
};

const script = fileURLToPath(new URL('site.ts', import.meta.url));

/** The system under load in a process of its own, so that it and who posts do not wait for each other. */
export class SiteProcess {
  readonly access: SiteAccess;
  readonly #child: ChildProcess;
  #asking: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, access: SiteAccess) {
    this.#child = child;
    this.access = access;
  }

  static async start(directory: string): Promise<SiteProcess> {
    const child = fork(script, [directory], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--expose-gc'],
    });
    // The first thing it says; what it says is of our own making.
    const access = (await messageOf(child)) as SiteAccess;
    return new SiteProcess(child, access);
  }

  state(): Promise<SiteState> {
    return this.#ask('state');
  }

  /** What is left of the heap when all that nobody needs is thrown away: all work waits for that. */
  async keptBytes(): Promise<number> {
    return (await this.#ask('collected')).heapBytes;
  }

  #ask(question: 'state' | 'collected'): Promise<SiteState> {
    const state = this.#asking.then(() => {
      const answer = messageOf(this.#child);
      this.#child.send(question);
      return answer as Promise<SiteState>; // of our own making
    });
    this.#asking = state.catch(() => undefined);
    return state;
  }

  /** Lets it finish what it has in hand, and waits until it is gone: its data may be read then. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.send('end');
    await gone;
  }
}

/** The next thing it says; rejects when it ends instead. */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onExit = () => reject(new Error('The system under load has ended: see what it said.'));
  child.once('message', resolve);
  child.once('exit', onExit);
  try {
    return await promise;
  } finally {
    child.off('message', resolve);
    child.off('exit', onExit);
  }
}
