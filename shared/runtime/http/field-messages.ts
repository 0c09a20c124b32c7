import * as z from 'zod';

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'an instant with its offset, such as 2027-03-08T10:00:00Z',
  date: 'a date, such as 2027-03-08',
  time: 'a time, such as 10:00:00',
  email: 'an email address, such as anna@example.com',
  url: 'a URL, such as https://example.com/',
};

/**
 * What is wrong with a field, as a sentence that goes on from its path and says the fix: for every
 * check of a schema that has no message of its own.
 */
export function fieldMessage(issue: z.core.$ZodRawIssue): string {
  const fix = fixOf(issue);
  return issue.input === undefined && issue.code !== 'custom' ? `is missing: it ${fix}` : fix;
}

function fixOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = `must be ${typeNames[issue.expected] ?? issue.expected}`;
      return issue.input === undefined ? expected : `${expected}, not ${kindOf(issue.input)}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(shown).join(', ')}`;
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'written in another way'}`;
    case 'too_small':
      return sizeFix(
        issue.origin,
        issue.inclusive === false ? 'more than' : 'at least',
        issue.minimum,
      );
    case 'too_big':
      return sizeFix(
        issue.origin,
        issue.inclusive === false ? 'less than' : 'at most',
        issue.maximum,
      );
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `has fields that are not known here: ${issue.keys.join(', ')}`;
    case 'invalid_union':
      return unionFix(issue);
    case 'invalid_key':
      return `has a name that ${issue.issues[0]?.message ?? 'is not possible here'}`;
    case 'invalid_element':
      return 'holds something that is not possible here';
    case 'custom':
      return 'is not possible here';
  }
}

function sizeFix(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'string')
    return bound === 'at least' && size === 1
      ? 'must not be empty'
      : `must have ${bound} ${size} characters`;
  if (origin === 'array' || origin === 'set')
    return bound === 'at least' && size === 1 ? 'must not be empty' : `must hold ${bound} ${size}`;
  return `must be ${bound} ${size}`;
}

/** The kinds that are possible, when the value is of none of them. */
function unionFix(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const expected = issue.errors.map(([first]) =>
    first?.code === 'invalid_type' && first.path.length === 0 ? first.expected : undefined,
  );
  if (expected.length === 0 || expected.includes(undefined))
    return 'has none of the forms that are possible here';
  const names = expected.map((one) => typeNames[one ?? ''] ?? one);
  return `must be ${[...new Set(names)].join(' or ')}`;
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeNames[typeof value] ?? typeof value;
}

/** From here on every schema of the process says what is wrong in these words. */
export const useFieldMessages = (): void => void z.config({ customError: fieldMessage });
