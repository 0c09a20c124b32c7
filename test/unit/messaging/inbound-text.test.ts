import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../../shared/domain/messaging/texts/inbound-text.ts';

describe('a text to the company', () => {
  it.each([
    'STOP',
    'stop',
    ' Stop. ',
    'S T O P',
    'STOP!!!',
    'StopAll',
    'stop all',
    'Unsubscribe',
    'ARRÊT',
    'arret',
    'Baja',
    'Stopp',
    'ENDE',
    'cancella',
    'beigt',
    'Atteikties',
    'atsisakyti',
    'LÕPETA',
    'lopeta',
    'СТОП',
    'отписка',
    'Відписка',
    'REZYGNUJĘ',
    'rezygnuje',
    'Διακοπή',
    'İPTAL',
  ])('%s ends texts', (text) => {
    expect(meaningOf(text)).toBe('stop');
  });

  it.each(['START', 'unstop', 'Sākt', 'sakt', 'старт', 'Почати', 'WZNÓW', 'Iniciar'])(
    '%s begins them again',
    (text) => {
      expect(meaningOf(text)).toBe('start');
    },
  );

  it.each([
    'Please stop by tomorrow',
    'non stop',
    'Don’t stop',
    'start at 5?',
    'yes',
    'Ja',
    'да',
    'HELP',
    '',
    '👍',
    '?!',
    '6',
    'seis',
  ])('%j is an answer', (text) => {
    expect(meaningOf(text)).toBe('reply');
  });
});
