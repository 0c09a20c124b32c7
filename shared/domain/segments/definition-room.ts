import type { Rule } from '../rules/rule.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { NamingIssue } from './naming.ts';
import type { Segment } from './segment.ts';

/** Bytes of JSON of one rule: the one that comes and the one that serves stand in one item of 400 KB. */
export const maxRuleBytes = 100_000;

/** Bytes of JSON of all metrics: they stand in one item, in which a number may take more than in JSON. */
const maxRegistryBytes = 250_000;

/** Bytes of JSON of the rules that one transaction of 4 MB changes, each with the one that serves. */
const maxChangedBytes = 1_000_000;

const encoder = new TextEncoder();
const bytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value) ?? '').length;

/** That a rule is larger than can be stored. */
export const sizeIssues = (rule: Rule): NamingIssue[] =>
  bytesOf(rule) <= maxRuleBytes
    ? []
    : [{ path: ['rule'], message: `must be at most ${maxRuleBytes} bytes of JSON` }];

/** That all rules together ask for more than can be stored; what was there already is never too much. */
export const registryIssues = (before: MetricRegistry, after: MetricRegistry): NamingIssue[] =>
  after === before || bytesOf(after) <= maxRegistryBytes
    ? []
    : [
        {
          path: [],
          message: 'all rules together name too many events and conditions: use fewer or shorter',
        },
      ];

/** That segments which change at once are too large for it. */
export const togetherIssues = (segments: readonly Segment[]): NamingIssue[] =>
  segments.reduce((sum, { rule }) => sum + bytesOf(rule), 0) <= maxChangedBytes
    ? []
    : [
        {
          path: [],
          message: `the rules of all segments that this changes must be at most ${maxChangedBytes} bytes of JSON`,
        },
      ];
