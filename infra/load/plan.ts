/** A load: leads at a fixed rate, with bursts, from a seed. */
export type LoadOptions = {
  /** Leads a second. */
  readonly rate: number;
  /** Leads a second during a burst. */
  readonly burst: number;
  readonly minutes: number;
  readonly seed: number;
};

/** A lead that is to be posted `atMs` after the beginning. */
export type PlannedLead = {
  readonly atMs: number;
  /** A repeat has the message id, the person and the mark of the lead that it repeats. */
  readonly messageId: string;
  /** External id. */
  readonly person: string;
};

/** A burst of so many seconds in every so many; the first after half of them. */
export const burstSeconds = 2;
export const burstEverySeconds = 20;

const repeatShare = 0.1;
const returningShare = 0.4;

/** Who may be repeated or come back: browsers post again soon, not next week. */
const rememberedLeads = 1_000;

/** Whether an instant, in ms from the beginning, lies in a burst. */
export function isInBurst(atMs: number): boolean {
  const second = (atMs / 1000 + burstEverySeconds / 2) % burstEverySeconds;
  return atMs >= 500 * burstEverySeconds && second < burstSeconds;
}

/** The leads in the order of their instants: the same for the same options. */
export function* plannedLeads({ rate, burst, minutes, seed }: LoadOptions): Generator<PlannedLead> {
  const chance = dice(seed);
  const recent: PlannedLead[] = [];
  let people = 0;
  let leads = 0;
  for (let atMs = 0; atMs < minutes * 60_000; atMs += 1000 / (isInBurst(atMs) ? burst : rate)) {
    const known = recent[Math.floor(chance() * recent.length)];
    const throwOf = chance();
    if (known !== undefined && throwOf < repeatShare) {
      yield { ...known, atMs };
      continue;
    }
    const comesBack = known !== undefined && throwOf < repeatShare + returningShare;
    if (!comesBack) people += 1;
    leads += 1;
    const lead = {
      atMs,
      messageId: `lead-${seed}-${leads}`,
      person: comesBack ? known.person : `person-${seed}-${people}`,
    };
    if (recent.push(lead) > rememberedLeads) recent.shift();
    yield lead;
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32, Tommy Ettinger). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The lead as a website posts it; `context.mark` is found again on the timeline. */
export const bodyOf = ({ messageId, person }: PlannedLead): string =>
  JSON.stringify({
    messageId,
    externalId: person,
    email: `${person}@example.com`,
    attributes: { firstName: 'Anna', city: person.endsWith('7') ? 'Riga' : 'Tallinn' },
    consents: [{ topic: 'offers', channel: 'email', given: true, text: 'form-v1' }],
    context: { mark: messageId, page: 'https://shop.example/spring' },
  });
