import * as z from 'zod';

/** The canary's lead was stored: not a person's, `profileId` is always `canary`. It says nothing but when. */
export const canaryCaptured = z.object({});
