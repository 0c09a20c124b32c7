import * as z from 'zod';
import type { TableName } from '../shared/ports/table.ts';

/** Name of a DynamoDB table. */
const tableName = (name: TableName) =>
  z
    .string(`must name all three tables: ${name} is missing`)
    .regex(/^[\w.-]{3,255}$/, `must name a table of DynamoDB as ${name}`);

/** Tables that were restored from a backup together: all three, or the data contradict each other. */
export const restoredTablesSchema = z
  .strictObject(
    {
      profiles: tableName('profiles'),
      timeline: tableName('timeline'),
      marketing: tableName('marketing'),
      /** The time in the ARN of the timeline's stream: every stream of a table has another. */
      timelineStream: z
        .string('must have the timelineStream that "npm run restore" told')
        .regex(
          /^\d{4}-\d\d-\d\dT[\d:.]+$/,
          'must have a timelineStream like 2026-11-20T10:12:13.456',
        ),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? 'must be an object' : undefined) },
  )
  .refine(
    ({ profiles, timeline, marketing }) => new Set([profiles, timeline, marketing]).size === 3,
    'must name three different tables',
  );
export type RestoredTables = z.infer<typeof restoredTablesSchema>;
