import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';

export type StackFacts = {
  readonly status: string;
  readonly terminationProtection: boolean;
  /** CloudFormation's word, of when somebody last asked for drift. */
  readonly drift: string | undefined;
  /** What this checkout deploys and the stack has not. */
  readonly missing: readonly string[];
};

export type Place = {
  readonly stack: string;
  readonly region: string;
};

/** Undefined: there is no such stack. */
export function checkStack(
  asked: Asked<StackFacts | undefined>,
  { stack: name, region }: Place,
): readonly Finding[] {
  return judged('stack', asked, (stack) => {
    if (stack === undefined) return [notDeployed({ stack: name, region })];
    return [
      statusFinding(stack.status, name),
      ...(isBusy(stack.status) ? [] : missingFindings(stack.missing)),
      protectionFinding(stack.terminationProtection, name),
      ...driftFindings(stack.drift, name),
    ];
  });
}

const notDeployed = ({ stack, region }: Place): Finding =>
  wrong(
    'stack',
    `There is no stack "${stack}" in ${region} of this account: nothing is deployed here.`,
    command(
      'Deploy it (infra/README.md, "Deploy"), or look elsewhere with --region, --profile or --stack:',
      'npx cdk bootstrap',
      'npx cdk deploy',
    ),
  );

const settledWell = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];
const undone = ['UPDATE_ROLLBACK_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'];
const isBusy = (status: string): boolean => status.endsWith('_IN_PROGRESS');

function statusFinding(status: string, name: string): Finding {
  const events = `aws cloudformation describe-stack-events --stack-name ${name} --max-items 20`;
  if (settledWell.includes(status)) return ok('stack', `"${name}" is deployed (${status}).`);
  if (isBusy(status)) {
    return warning(
      'stack',
      `"${name}" is being changed (${status}).`,
      'Wait for it to end, then run the doctor again.',
    );
  }
  if (undone.includes(status)) {
    return warning(
      'stack',
      `The last deployment of "${name}" failed and was undone (${status}): what was before runs on.`,
      command('See why, repair it, and deploy again:', events, 'npx cdk deploy'),
    );
  }
  return wrong('stack', `"${name}" is in state ${status}.`, command('See what failed:', events));
}

const missingFindings = (missing: readonly string[]): readonly Finding[] =>
  missing.length === 0
    ? []
    : [
        warning(
          'version',
          `What is deployed is older than this checkout: it has no ${shortened(missing)}.`,
          command(
            'Deploy this checkout, or run the doctor of the version deployed:',
            'npx cdk deploy',
          ),
        ),
      ];

const shortened = (names: readonly string[]): string =>
  names.length <= 5
    ? names.join(', ')
    : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`;

const protectionFinding = (isOn: boolean, name: string): Finding =>
  isOn
    ? ok('termination protection', 'The stack cannot be deleted by accident.')
    : warning(
        'termination protection',
        'One command would delete the stack: the tables would stay, but nothing would run.',
        command(
          'Protect it:',
          `aws cloudformation update-termination-protection --stack-name ${name} --enable-termination-protection`,
        ),
      );

function driftFindings(drift: string | undefined, name: string): readonly Finding[] {
  if (drift !== 'DRIFTED') return [];
  return [
    warning(
      'drift',
      'Somebody changed what the stack made by hand; the next deployment may undo it, or fail.',
      command(
        'See what, and bring the change into the code or take it back:',
        `aws cloudformation describe-stack-resource-drifts --stack-name ${name} --stack-resource-drift-status-filters MODIFIED DELETED`,
      ),
    ),
  ];
}
