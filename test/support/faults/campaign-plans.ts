import type { Dice } from '../dice.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A campaign as a marketer might write it, of any kind; `clock` is where the world stands, ms. */
export function aCampaignPlan(dice: Dice, clock: number): Fields {
  const deadline = dice.pick([undefined, 'PT4H', 'P1D', 'P2D'] as const);
  const kinds = [aOnce, aCron, anEvent] as const;
  const words = aMessage(dice);
  // Who receives a webhook knows a repeat, and no cap counts it: what says otherwise is refused.
  const isWebhook = 'endpoint' in words.message;
  return {
    topic: 'offers',
    priority: dice.between(0, 10),
    ...words,
    ...dice.pick(kinds)(dice, clock),
    ...(deadline !== undefined && { deadline }),
    ...(dice.chance(0.5) && {
      quietHours: dice.pick([
        { from: '21:00', to: '09:00' },
        { from: '12:30', to: '14:00' },
      ]),
    }),
    ...(dice.chance(0.3) && { holdout: 0.3 }),
    ...(!isWebhook && deadline !== undefined && dice.chance(0.5) && { overCap: 'defer' }),
    ...(!isWebhook && dice.chance(0.2) && { resend: 'afterUnknown' }),
  };
}

/** On any channel, by what is best, or as an experiment. */
function aMessage(dice: Dice): Fields & { readonly message: Fields } {
  const templates = { email: 'letter', sms: 'note', push: 'notice' };
  const variants = [
    { id: 'a', template: 'letter' },
    { id: 'b', template: 'other-letter', weight: 2 },
  ];
  return dice.pick([
    { message: { channel: 'email', template: 'other-letter' } },
    { message: { channel: 'email', template: 'letter' } },
    { message: { channel: 'sms', template: 'note' } },
    { message: { channel: 'push', template: 'notice' } },
    { message: { channel: 'webhook', template: 'call', endpoint: 'crm' } },
    { message: { channel: 'best', templates, order: ['sms', 'push', 'email'] } },
    { message: { channel: 'email' }, experiment: { variants } },
  ]);
}

const audienceOf = (dice: Dice): Fields => ({
  include: dice.pick([['everybody'], ['some'], ['some', 'everybody']]),
  exclude: dice.chance(0.2) ? ['few'] : [],
});

function aOnce(dice: Dice, clock: number): Fields {
  const at = new Date(clock + dice.between(5, 600) * 60_000).toISOString().slice(0, 16);
  const timeZone = dice.pick(['UTC', 'Europe/Riga', 'recipient']);
  return { audience: audienceOf(dice), schedule: { at, timeZone } };
}

function aCron(dice: Dice): Fields {
  const cron = dice.pick(['0 * * * ? *', '30 9 * * ? *', '0/20 13 * * ? *']);
  return { audience: audienceOf(dice), schedule: { cron } };
}

function anEvent(dice: Dice): Fields {
  const repeat = dice.pick(['each', 'once', 'restart'] as const);
  const delay = repeat === 'restart' || dice.chance(0.5) ? dice.pick(['PT10M', 'PT2H']) : undefined;
  return {
    ...(dice.chance(0.3) && { audience: audienceOf(dice) }),
    schedule: {
      on: 'Product Added',
      repeat,
      ...(delay !== undefined && { delay }),
      ...(dice.chance(0.4) && { unless: { did: 'Order Completed', since: 'trigger' } }),
      ...(dice.chance(0.3) && { cooldown: 'PT6H' }),
    },
  };
}
