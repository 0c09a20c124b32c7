import { describe, expect, it } from 'vitest';
import { nextVersion, templateContentSchema } from '../../../shared/domain/templates/template.ts';

const email = { name: 'Spring', channel: 'email', subject: 'Hello', html: '<p>Hello</p>' };
const sms = { name: 'Spring', channel: 'sms', text: 'Hello' };

const issuesOf = (content: unknown): string[] =>
  (templateContentSchema.safeParse(content).error?.issues ?? []).map(
    (issue) => `${issue.path.join('.')}: ${issue.message}`,
  );

describe('what a template must have', () => {
  it.each([
    ['an email with subject and html', email],
    ['an email with a text of its own', { ...email, text: 'Hello' }],
    ['an sms with text', sms],
  ])('%s is taken', (_, content) => {
    expect(issuesOf(content)).toEqual([]);
  });

  it.each([
    ['an email without html', { ...email, html: undefined }, 'html'],
    ['an email with an empty subject', { ...email, subject: ' ' }, 'subject'],
    ['an sms without text', { ...sms, text: undefined }, 'text'],
    ['a channel that is not built', { ...sms, channel: 'telegram' }, 'channel'],
    ['html larger than a call can hold', { ...email, html: 'ü'.repeat(100_001) }, 'html'],
  ])('%s is refused at its field', (_, content, field) => {
    expect(issuesOf(content).map((issue) => issue.split(':')[0])).toEqual([field]);
  });

  it('an sms refuses html and subject, and any template an unknown word', () => {
    expect(templateContentSchema.safeParse({ ...sms, html: 'x' }).success).toBe(false);
    expect(templateContentSchema.safeParse({ ...sms, subject: 'x' }).success).toBe(false);
    expect(templateContentSchema.safeParse({ ...email, preheader: 'x' }).success).toBe(false);
  });
});

describe('what Liquid does not understand', () => {
  it.each([
    ['{{ profile.id | shout }}', 'undefined filter: shout, line:1', 'use a filter of Liquid'],
    ['a\n{% foo %}', 'tag "foo" not found, line:2', 'use a tag of Liquid'],
    ['{{ profile.id', 'not closed, line:1', 'close it with "}}"'],
    ['{% if profile.id', 'not closed, line:1', 'close it with "%}"'],
    ['{% if profile.id %}', 'not closed, line:1', 'add its end tag'],
    ['{% include "secrets" %}', 'tag "include" not found', 'put its content here'],
    ['{% render "secrets" %}', 'tag "render" not found', 'put its content here'],
    ['{% layout "secrets" %}', 'tag "layout" not found', 'put its content here'],
    ['{% if a %}'.repeat(5_000), 'call stack', 'nest fewer tags'],
    ['{{ list | sample }}', 'undefined filter: sample', 'use a filter of Liquid'],
  ])('%s is refused with its line and a way out', (source, words, fix) => {
    const [issue, ...others] = issuesOf({ ...email, html: source });
    expect(others).toEqual([]);
    expect(issue).toMatch(/^html: /);
    expect(issue).toContain(words);
    expect(issue).toContain(fix);
  });
});

describe('versions', () => {
  const content = templateContentSchema.parse(email);
  const first = nextVersion('spring', content, { head: undefined, now: 0 });

  it('begin at 1 and count every save that changes something', () => {
    expect(first.version).toBe(1);
    const changed = { ...content, name: 'Spring 2' };
    expect(nextVersion('spring', changed, { head: first, now: 5 }).version).toBe(2);
  });

  it('stay when the same is saved again', () => {
    expect(nextVersion('spring', content, { head: first, now: 5 })).toBe(first);
  });
});
