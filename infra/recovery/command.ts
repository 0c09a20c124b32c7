import { Refused } from './refused.ts';

export const asksForHelp = (args: readonly string[]): boolean =>
  args.includes('--help') || args.includes('-h');

/** What the environment lacks, in the words of the SDK, and the fix. */
const environmentFaults: readonly (readonly [RegExp, string])[] = [
  [/Region is missing/, 'Give the region of the stack: --region, or AWS_REGION.'],
  [
    /credential|token.*(expired|invalid)|security token/i,
    'Give AWS credentials of the account, as for the AWS CLI (--profile, AWS_PROFILE, or "aws sso login").',
  ],
];

/** Runs a command of the terminal: 1 is its exit code when it could not do what was asked. */
export async function runCommand<Request>(
  usage: string,
  read: () => Request,
  run: (request: Request) => Promise<void>,
): Promise<void> {
  try {
    const request = readOrExplain(usage, read);
    if (request !== undefined) await run(request);
  } catch (error) {
    process.exitCode = 1;
    console.error(explained(error));
  }
}

function readOrExplain<Request>(usage: string, read: () => Request): Request | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.exitCode = 1;
    console.error(`${error.message}\n\n${usage}`);
    return undefined;
  }
}

function explained(error: unknown): unknown {
  if (error instanceof Refused) return error.message;
  if (!(error instanceof Error)) return error;
  const [, fix] = environmentFaults.find(([pattern]) => pattern.test(error.message)) ?? [];
  return fix === undefined ? error : `${error.message}\n${fix}`;
}
