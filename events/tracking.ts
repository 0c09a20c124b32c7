import * as z from 'zod';

const contextSchema = z.record(z.string(), z.unknown());

/** A lead was accepted from a form or a site and stored on the person. */
export const leadCaptured = z.object({
  source: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  context: contextSchema,
});

/** The person did something: any name of Segment's e-commerce spec or of the company's own. */
export const eventTracked = z.object({
  name: z.string(),
  properties: z.record(z.string(), z.unknown()),
  source: z.string(),
});
