import { describe, expect, it } from 'vitest';
import { ConfigError, exampleConfig, readConfig } from '../../infra/config.ts';
import { synthesised } from './synthesised.ts';

const tables = {
  profiles: 'Perennial-profiles-20261120T100000',
  timeline: 'Perennial-timeline-20261120T100000',
  marketing: 'Perennial-marketing-20261120T100000',
  timelineStream: '2026-11-20T11:12:13.456',
};
const own = {
  ProfilesTable: 'profiles',
  TimelineTable: 'timeline',
  MarketingTable: 'marketing',
} as const;

const before = synthesised().toJSON();
const after = synthesised({ ...exampleConfig, tables }).toJSON();

/** The values of a template that name one of the stack's own tables: where, and which. */
function placesOf(value: unknown, path: readonly string[] = [], isText = false): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const named = namedBy(name, part);
    if (named !== undefined) return [`${path.join(' > ')} = ${named}`];
    // A joined text is one value, wherever in it the table is named.
    const isInText = isText || name === 'Fn::Join';
    return placesOf(part, isInText ? path : [...path, name], isInText);
  });
}

const namedBy = (key: string, value: unknown): string | undefined => {
  const id = key === 'Ref' ? value : key === 'Fn::GetAtt' && Array.isArray(value) ? value[0] : '';
  return typeof id === 'string' && Object.hasOwn(own, id) ? id : undefined;
};

const at = (template: unknown, path: string): unknown =>
  path.split(' > ').reduce<unknown>((value, step) => Object(value)[step], template);

describe('tables restored from a backup', () => {
  it('take the place of the stack’s own everywhere: rights, variables, stream, outputs', () => {
    const places = [...new Set(placesOf(before))];
    expect(places.length).toBeGreaterThan(60);
    const missed = places.filter((place) => {
      const [path = '', id = ''] = place.split(' = ');
      // `own` has been asked for the id.
      const name = tables[own[id as keyof typeof own]];
      return !JSON.stringify(at(after, path))?.includes(name);
    });
    expect(missed).toEqual([]);
    expect(placesOf(after)).toEqual([]);
  });

  it('have their own stream read', () => {
    const mappings = Object.values(after['Resources']).filter((resource) =>
      JSON.stringify(Object(resource)['Properties'] ?? {}).includes('"EventSourceArn":{"Fn::Join"'),
    );
    expect(mappings).toHaveLength(1);
    expect(JSON.stringify(mappings)).toContain(
      `:table/${tables.timeline}/stream/${tables.timelineStream}`,
    );
  });

  it('are another life of the data: their names and their stream are in the epoch', () => {
    const text = JSON.stringify(after['Resources']);
    expect(text).toContain(
      String.raw`\"epoch\":\"1 ${tables.profiles} ${tables.timeline} ${tables.marketing} arn:`,
    );
  });

  it('leave the stack’s own as they were, to go back to', () => {
    for (const id of Object.keys(own)) {
      expect(after['Resources'][id]).toEqual(before['Resources'][id]);
      expect(after['Resources'][id]).toMatchObject({ DeletionPolicy: 'Retain' });
    }
  });

  it('are the only thing that changes', () => {
    const kinds = (template: Record<string, unknown>) =>
      Object.entries(Object(template['Resources'])).map(([id, part]) => [id, Object(part)['Type']]);
    expect(kinds(after)).toEqual(kinds(before));
  });
});

describe('the setting `tables`', () => {
  const read = (value: unknown) =>
    readConfig((name) => (name === 'tables' ? value : Reflect.get(exampleConfig, name)));
  const complaint = (value: unknown): string => {
    try {
      read(value);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return '';
  };

  it('is read from the file and from a flag', () => {
    expect(read(tables).tables).toEqual(tables);
    expect(read(JSON.stringify(tables)).tables).toEqual(tables);
  });

  it.each([
    [{ ...tables, timeline: undefined }, 'tables: must name all three tables: timeline is missing'],
    [{ ...tables, timelineStream: undefined }, 'tables: must have the timelineStream'],
    [{ ...tables, timeline: tables.profiles }, 'tables: must name three different tables'],
    [{ ...tables, profiles: 'a b' }, 'tables: must name a table of DynamoDB as profiles'],
    [{ ...tables, timelineStream: 'newest' }, 'tables: must have a timelineStream like 2026-'],
    [{ ...tables, streams: 'x' }, 'streams: is not a setting'],
    ['profiles', 'tables: must be an object'],
  ])('refuses %j and says what it must be', (value, line) => {
    expect(complaint(value)).toContain(line);
  });
});
