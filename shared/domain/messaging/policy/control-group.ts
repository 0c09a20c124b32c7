import * as z from 'zod';
import { bucketOf } from '../../rules/bucket.ts';

/** The people who get no marketing at all, so that what marketing brings about can be measured. */
export const controlGroupSchema = z.strictObject({
  share: z.number().gt(0, 'must be above 0').max(0.5).describe('Of all people, such as 0.05.'),
  salt: z
    .string()
    .min(1)
    .max(50)
    .default('control')
    .describe('Another salt makes it other people: change it when a new period is measured.'),
});
export type ControlGroup = z.infer<typeof controlGroupSchema>;

/** A person's place from 0 to 100: who is below the share is in the group. */
export const controlPlace = ({ salt }: Pick<ControlGroup, 'salt'>, profileId: string): number =>
  bucketOf(`control#${salt}`, profileId);

export const isControl = (group: ControlGroup | undefined, profileId: string): boolean =>
  group !== undefined && controlPlace(group, profileId) < group.share * 100;
