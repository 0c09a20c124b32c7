import * as z from 'zod';

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statementSchema = z.strictObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Condition: z.record(z.string(), z.record(z.string(), z.string())).optional(),
});

/** A statement of a policy of the template, with the ARNs of what was made. */
export type Statement = z.infer<typeof statementSchema>;

export const policyDocumentSchema = z.object({ Statement: z.array(statementSchema) });

/** One right that a call needs: IAM asks for each action on each resource. */
export type Need = {
  readonly action: string;
  readonly resource: string;
  /** Keys that conditions may ask for, such as `iam:PassedToService`. */
  readonly keys?: Readonly<Record<string, string>>;
};

/** As IAM decides: something allows it and nothing denies it. */
export function isAllowed(need: Need, statements: readonly Statement[]): boolean {
  const about = statements.filter((statement) => concerns(statement, need));
  return (
    about.some(({ Effect }) => Effect === 'Allow') && !about.some(({ Effect }) => Effect === 'Deny')
  );
}

const concerns = ({ Action, Resource, Condition = {} }: Statement, need: Need): boolean =>
  Action.some((pattern) => isLike(need.action.toLowerCase(), pattern.toLowerCase())) &&
  Resource.some((pattern) => isLike(need.resource, pattern)) &&
  Object.entries(Condition).every(([operator, expected]) => holds(operator, expected, need));

function holds(
  operator: string,
  expected: Readonly<Record<string, string>>,
  { keys = {} }: Need,
): boolean {
  if (operator !== 'StringEquals') {
    throw new Error(`A policy asks ${operator}, which the story cannot judge yet.`);
  }
  return Object.entries(expected).every(([key, value]) => keys[key] === value);
}

/** `*` stands for any characters and `?` for one, as in ARNs of policies. */
export function isLike(text: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}
