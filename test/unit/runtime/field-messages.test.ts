import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fieldMessage } from '../../../shared/runtime/http/field-messages.ts';

const schema = z.strictObject({
  text: z.string().optional(),
  name: z.string().min(1).max(3).optional(),
  long: z.string().min(2).optional(),
  age: z.int().min(0).max(120).optional(),
  share: z.number().gt(0).lt(1).optional(),
  five: z.number().multipleOf(5).optional(),
  yes: z.boolean().optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  on: z.iso.date().optional(),
  email: z.email().optional(),
  url: z.url().optional(),
  channel: z.enum(['email', 'sms']).optional(),
  kind: z.literal('lead').optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  object: z.object({ inner: z.string(), channel: z.enum(['email', 'sms']) }).optional(),
  either: z.union([z.string(), z.object({ id: z.string() })]).optional(),
  own: z.string().regex(/^x$/, 'must be x').optional(),
  checked: z
    .string()
    .refine((value) => value === 'x')
    .optional(),
});

const said = (value: unknown): string[] =>
  schema
    .safeParse(value, { error: fieldMessage })
    .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];

describe('a wrong field', () => {
  it.each<[object, string | readonly string[]]>([
    [{ text: 7 }, 'text must be text, not a number'],
    [{ text: null }, 'text must be text, not null'],
    [{ name: '' }, 'name must not be empty'],
    [{ name: 'long' }, 'name must have at most 3 characters'],
    [{ long: 'x' }, 'long must have at least 2 characters'],
    [{ age: '7' }, 'age must be a number, not text'],
    [{ age: 7.5 }, 'age must be a whole number, not a number'],
    [{ age: -1 }, 'age must be at least 0'],
    [{ share: 0 }, 'share must be more than 0'],
    [{ share: 1 }, 'share must be less than 1'],
    [{ five: 7 }, 'five must be a multiple of 5'],
    [{ yes: 'yes' }, 'yes must be true or false, not text'],
    [{ at: 'now' }, 'at must be an instant with its offset, such as 2027-03-08T10:00:00Z'],
    [{ on: '8.3.2027' }, 'on must be a date, such as 2027-03-08'],
    [{ email: 'anna' }, 'email must be an email address, such as anna@example.com'],
    [{ url: 'x' }, 'url must be a URL, such as https://example.com/'],
    [{ channel: 'fax' }, 'channel must be one of email, sms'],
    [{ kind: 'x' }, 'kind must be lead'],
    [{ list: {} }, 'list must be a list, not an object'],
    [{ list: [] }, 'list must not be empty'],
    [{ list: ['a', 'b', 'c'] }, 'list must hold at most 2'],
    [{ fields: 'x' }, 'fields must be an object, not text'],
    [{ fields: [] }, 'fields must be an object, not a list'],
    [
      { object: {} },
      [
        'object.inner is missing: it must be text',
        'object.channel is missing: it must be one of email, sms',
      ],
    ],
    [{ either: 7 }, 'either must be text or an object'],
    [{ either: {} }, 'either has none of the forms that are possible here'],
    [{ own: 'y' }, 'own must be x'],
    [{ checked: 'y' }, 'checked is not possible here'],
  ])('%j is told with its fix', (value, sentence) => {
    expect(said(value)).toEqual([sentence].flat());
  });
});
