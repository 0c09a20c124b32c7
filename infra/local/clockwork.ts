import type { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import type { Clock } from '../../shared/ports/clock.ts';

const minuteMs = 60_000;
/** `setTimeout` holds no more than 31 bits of milliseconds; an hour is far below and harmless. */
const longestTimerMs = 3_600_000;
/** New work is looked at again after this long, so that a busy world does not ask after every event. */
const settleTimerMs = 20;

type Options = {
  readonly clock: Clock;
  /** The first instant after now at which a delayed message becomes visible. */
  readonly nextVisibleAt: () => number | undefined;
  readonly nextFiringAt: () => number | undefined;
  /** The earliest instant at which something in the tables is due. */
  readonly nextDueAt: () => number | undefined;
  readonly fireSchedules: () => Promise<void>;
  /** The minute function, called with a whole minute. */
  readonly tick: (minute: number) => Promise<void>;
  /** Hands out whatever waits, without waiting for its end. */
  readonly wake: () => void;
  /** Hands out whatever waits, and sets no alarm. */
  readonly look: () => void;
  /** Resolves when nothing runs and nothing waits. */
  readonly drain: () => Promise<void>;
};

/**
 * What time sets off: delayed messages, schedules, and the minute tick, which is called only when
 * something is due (a local economy: AWS calls it every minute).
 */
export class Clockwork {
  readonly #options: Options;
  #lastTick = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The next instant, now or later, at which time sets something off. */
  nextInstant(): number {
    const { nextVisibleAt, nextFiringAt } = this.#options;
    return Math.min(
      nextVisibleAt() ?? Number.POSITIVE_INFINITY,
      nextFiringAt() ?? Number.POSITIVE_INFINITY,
      this.#nextTick(),
    );
  }

  /**
   * Moves a virtual clock on, stopping wherever something is set off. A minute is ticked once, even
   * when something stays due: so this ends. What is due at `target` is ticked though the minute may
   * not be full, so that nothing due on the way is left.
   */
  async advance(clock: VirtualClock, target: number): Promise<void> {
    await this.#options.drain();
    while (clock.now() < target) {
      clock.set(Math.min(target, Math.max(clock.now(), this.nextInstant())));
      await this.setOff();
      await this.#options.drain();
    }
    if (
      (this.#options.nextDueAt() ?? Number.POSITIVE_INFINITY) <= target &&
      this.#lastTick < target
    ) {
      await this.#options.tick(target);
      await this.#options.drain();
    }
  }

  /** Does what is set off at this very instant. */
  async setOff(): Promise<void> {
    const now = this.#options.clock.now();
    if ((this.#options.nextFiringAt() ?? Number.POSITIVE_INFINITY) <= now) {
      await this.#options.fireSchedules();
    }
    if (this.#nextTick() <= now) {
      this.#lastTick = Math.floor(now / minuteMs) * minuteMs;
      await this.#options.tick(this.#lastTick);
    }
    this.#options.wake();
  }

  /** On a real clock: sleeps until the next instant. To be called whenever something has changed. */
  arm(): void {
    const soon = this.#options.clock.now() + settleTimerMs;
    if (this.#stopped || this.#timerAt <= soon) return;
    this.#setTimer(soon, () => this.#sleepUntilNext());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #sleepUntilNext(): void {
    const next = this.nextInstant();
    // After asking for what comes: what has come since the last look is in neither otherwise.
    this.#options.look();
    if (next !== Number.POSITIVE_INFINITY) this.#setTimer(next, () => this.#wakeUp());
  }

  #wakeUp(): void {
    // What failed is told by the invocation; the world goes on.
    this.setOff().then(
      () => this.arm(),
      () => this.arm(),
    );
  }

  #setTimer(at: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const delayMs = Math.min(longestTimerMs, Math.max(1, at - this.#options.clock.now()));
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      if (!this.#stopped) then();
    }, delayMs);
    this.#timer.unref();
  }

  /** The next whole minute at or after something is due, that has not been ticked yet. */
  #nextTick(): number {
    const dueAt = this.#options.nextDueAt();
    if (dueAt === undefined) return Number.POSITIVE_INFINITY;
    // In the past when something became due while nobody ticked: it is then made up for at once.
    return wholeMinute(Math.max(dueAt, this.#lastTick + minuteMs));
  }
}

const wholeMinute = (instant: number): number => Math.ceil(instant / minuteMs) * minuteMs;
