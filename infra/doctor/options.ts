import { parseArgs } from 'node:util';
import { type AccountPlace, complaintAbout, placeOf, placeOptions } from '../account-place.ts';

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

export type DoctorOptions = AccountPlace & {
  /** `either`: the local world when one runs, else the account. */
  readonly target: 'local' | 'account' | 'either';
  readonly isJson: boolean;
};

/** The command line was wrong; the message says what, in one line. */
export class WrongDoctorUsage extends Error {
  override readonly name = 'WrongDoctorUsage';
}

/** Reads and checks the command line; a word where nothing is to be looked at. */
export function doctorOptions(args: readonly string[]): DoctorOptions | 'help' | 'policy' {
  const { help, local = false, json = false, policy, stack, region, profile } = valuesOf(args);
  if (help === true) return 'help';
  if (policy === true) return 'policy';
  const places = { stack, region, profile };
  const complaint = complaintAbout(places);
  if (complaint !== undefined) throw new WrongDoctorUsage(complaint);
  const named = Object.values(places).some((value) => value !== undefined);
  if (local && named) {
    throw new WrongDoctorUsage(
      '--local looks at no account: leave out --stack, --region, --profile.',
    );
  }
  return {
    target: local ? 'local' : named ? 'account' : 'either',
    ...placeOf(places),
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
        ...placeOptions,
      },
    }).values;
  } catch (cause) {
    throw new WrongDoctorUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
