import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import { checkTexts } from '../../../infra/doctor/checks/texts.ts';
import { someTextSettings, someTexts } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

const settings = (changes: object) => ({ settings: known(someTextSettings(changes)) });
const well = { 'SMS sandbox': 'ok', 'SMS spend': 'ok', 'SMS statuses': 'ok' };

describe('SMS', () => {
  it.each([
    ['are set up', {}, {}],
    ['are kept in the sandbox', settings({ isSandbox: true }), { 'SMS sandbox': 'wrong' }],
    ['have cost most of the month', { spentUsd: known(80) }, { 'SMS spend': 'warning' }],
    ['have cost all of the month', { spentUsd: known(100) }, { 'SMS spend': 'wrong' }],
    ['have cost nothing yet', { spentUsd: known(undefined) }, {}],
    [
      'have the first dollar that AWS allows',
      { ...settings({ monthlyLimitUsd: undefined }), spentUsd: known(0.85) },
      { 'SMS spend': 'warning' },
    ],
    [
      'go without a word of their fate',
      settings({ statusRole: undefined }),
      { 'SMS statuses': 'wrong' },
    ],
    ['are told of in part', settings({ statusSamplingPercent: 10 }), { 'SMS statuses': 'warning' }],
    [
      'are told of to nobody',
      { unreadGroups: known(['sns/eu-west-1/1/DirectPublishToPhoneNumber']) },
      { 'SMS statuses': 'wrong' },
    ],
    ['may have cost anything', { spentUsd: refused }, { 'SMS spend': 'unknown' }],
    ['may be told of or not', { unreadGroups: refused }, { 'SMS statuses': 'unknown' }],
    [
      'cannot be asked about',
      { settings: refused },
      { 'SMS sandbox': 'unknown', 'SMS spend': 'unknown', 'SMS statuses': 'unknown' },
    ],
  ] as const)('%s', (_, changes, states) => {
    expect(statesOf(checkTexts(someTexts(changes)))).toEqual({ ...well, ...states });
  });

  it('that no campaign sends need nothing', () => {
    const texts = someTexts({ ...settings({ isSandbox: true }), isUsed: known(false) });
    expect(statesOf(checkTexts(texts))).toEqual({ SMS: 'ok' });
  });

  it('that may be sent or not are at most to look at', () => {
    const texts = someTexts({ ...settings({ isSandbox: true }), isUsed: refused });
    expect(statesOf(checkTexts(texts))).toMatchObject({ SMS: 'unknown', 'SMS sandbox': 'warning' });
  });

  it('are set up by the commands of the stack', () => {
    const statusSetup = 'aws logs create-log-group && aws sns set-sms-attributes';
    const texts = someTexts({ ...settings({ statusRole: undefined }), statusSetup });
    expect(textOf(checkTexts(texts))).toContain(`  ${statusSetup}`);
  });
});
