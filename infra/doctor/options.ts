import { parseArgs } from 'node:util';

export const usage = `npm run doctor -- [options]

  Looks at a deployment, or at the local world, and says what is wrong and how to repair it.
  It changes nothing. With no option it looks at the local world when one runs in this folder,
  else at the account of your AWS credentials.

  --local              look at the local world (npm start)
  --stack NAME         look at an account, at the stack of this name (Perennial unless set)
  --region REGION      look at an account in this region (that of your AWS settings unless set)
  --profile NAME       look at an account with this profile of ~/.aws (AWS_PROFILE unless set)
  --json               print the findings as JSON: [{ check, state, what, fix }]
  --policy             print the IAM policy that lets somebody run the doctor, and look at nothing

  Exit code: 1 when something is wrong; 2 when nothing is, but something could not be looked at.`;

export type DoctorOptions = {
  /** `either`: the local world when one runs, else the account. */
  readonly target: 'local' | 'account' | 'either';
  readonly stack: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly isJson: boolean;
};

/** The command line was wrong; the message says what, in one line. */
export class WrongDoctorUsage extends Error {
  override readonly name = 'WrongDoctorUsage';
}

const shapes = {
  stack: { shape: /^[A-Za-z][A-Za-z0-9-]{0,127}$/, like: 'Perennial' },
  region: { shape: /^[a-z]{2}(-[a-z]+)+-\d$/, like: 'eu-west-1' },
  // It is part of a command to copy: nothing that a shell would read.
  profile: { shape: /^[\w.@+=,:/-]+$/, like: 'shop' },
} as const;

/** Reads and checks the command line; a word where nothing is to be looked at. */
export function doctorOptions(args: readonly string[]): DoctorOptions | 'help' | 'policy' {
  const { help, local = false, json = false, policy, stack, region, profile } = valuesOf(args);
  if (help === true) return 'help';
  if (policy === true) return 'policy';
  const places = { stack, region, profile };
  for (const [name, { shape, like }] of Object.entries(shapes)) {
    // `entries` forgets the names.
    const value = places[name as keyof typeof places];
    if (value !== undefined && !shape.test(value)) {
      throw new WrongDoctorUsage(`--${name} "${value}" cannot be: write it like ${like}.`);
    }
  }
  const named = Object.values(places).some((value) => value !== undefined);
  if (local && named) {
    throw new WrongDoctorUsage(
      '--local looks at no account: leave out --stack, --region, --profile.',
    );
  }
  return {
    target: local ? 'local' : named ? 'account' : 'either',
    stack: stack ?? 'Perennial',
    region,
    profile,
    isJson: json,
  };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        local: { type: 'boolean' },
        json: { type: 'boolean' },
        policy: { type: 'boolean' },
        stack: { type: 'string' },
        region: { type: 'string' },
        profile: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new WrongDoctorUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
