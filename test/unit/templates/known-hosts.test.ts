import { describe, expect, it } from 'vitest';
import { knownHosts } from '../../../shared/domain/templates/known-hosts.ts';

const sender = 'Shop <news@shop.example>';
const aText = (text: string) => ({ channel: 'sms', name: 'Hello', text }) as const;

describe('the hosts of a template', () => {
  it.each([
    ['<a href="https://Partner.example/a">', 'https://partner.example/b?c'],
    ['See https://partner.example.', 'https://partner.example'],
    ['(http://partner.example:8080)', 'https://partner.example:8080/x'],
    ['https://partner.example{{ event.properties.path }}', 'https://partner.example/x'],
    [
      '{{ event.properties.path | prepend: "https://partner.example" }}',
      'https://partner.example/',
    ],
    ['https://münchen.example/', 'https://xn--mnchen-3ya.example/x'],
    ['https://[2001:db8::1]/', 'https://[2001:db8::1]/x'],
    ['no address', 'https://shop.example/x'],
    ['no address', 'https://WWW.shop.example'],
  ])('%j knows %j', (text, target) => {
    expect(knownHosts(aText(text), sender)(target)).toBe(true);
  });

  it.each([
    ['{{ event.properties.url }}', 'https://evil.example/'],
    ['https://{{ event.properties.host }}/x', 'https://evil.example/x'],
    ['https://partner.example{{ event.properties.path }}', 'https://partner.example.evil.example/'],
    ['https://partner.example{{ event.properties.path }}', 'https://partner.example@evil.example/'],
    ['https://partner.example', 'https://sub.partner.example/'],
    ['https://partner.example', 'https://partner.example:8443/'],
    ['no address', 'https://evil-shop.example/'],
    ['no address', 'https://shop.example.evil.example/'],
    ['no address', 'mailto:a@shop.example'],
    ['no address', 'no address'],
  ])('%j does not know %j', (text, target) => {
    expect(knownHosts(aText(text), sender)(target)).toBe(false);
  });

  it('are those of all its fields, languages and defaults', () => {
    const isKnown = knownHosts(
      {
        channel: 'push',
        name: 'Hello',
        title: 'Hi',
        text: '{{ profile.attributes.site }}',
        url: 'https://one.example/x',
        languages: { lv: { title: 'Sveiki', text: 'https://two.example' } },
        defaults: { 'profile.attributes.site': 'https://three.example/' },
      },
      'nobody',
    );
    const hosts = ['one.example', 'two.example', 'three.example', 'nobody'];
    expect(hosts.map((host) => isKnown(`https://${host}/`))).toEqual([true, true, true, false]);
  });
});
