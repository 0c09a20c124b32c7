import { checkAccount } from '../doctor/checks/account.ts';
import { checkLocal } from '../doctor/checks/local.ts';
import { command, type Finding, wrong } from '../doctor/finding.ts';
import { gatherLocal, localWorldRuns } from '../doctor/local/gather.ts';
import { type DoctorOptions, doctorOptions, usage, WrongDoctorUsage } from '../doctor/options.ts';
import { policy } from '../doctor/permissions.ts';
import { exitCodeOf, reportText } from '../doctor/report.ts';

const directory = '.perennial';

type Visit = { readonly heading: string; readonly findings: readonly Finding[] };

/** `npm run doctor`: what is wrong with an account or the local world, and how to repair it. */
async function doctor(options: DoctorOptions): Promise<number> {
  const { heading, findings } = await visit(options);
  console.log(
    options.isJson ? JSON.stringify(findings, null, 2) : `\n${reportText(heading, findings)}\n`,
  );
  return exitCodeOf(findings);
}

async function visit(options: DoctorOptions): Promise<Visit> {
  switch (options.target) {
    case 'local':
      return visitLocal('The local world');
    case 'account':
      return visitAccount(options);
    case 'either':
      return (await localWorldRuns(directory))
        ? visitLocal(
            'The local world, for one runs in this folder (--stack, --region or --profile: an account)',
          )
        : visitAccount(options);
  }
}

const visitLocal = async (heading: string): Promise<Visit> => ({
  heading,
  findings: checkLocal(await gatherLocal(directory)),
});

async function visitAccount({ stack, region, profile, target }: DoctorOptions): Promise<Visit> {
  // The clients of AWS take long to load, and the local world needs none.
  const { openClients } = await import('../doctor/account/clients.ts');
  const { gatherAccount } = await import('../doctor/account/gather.ts');
  const { systemNames } = await import('../doctor/account/names.ts');
  const clients = openClients({ region, profile });
  const heading = `The stack "${stack}" on AWS`;
  const place = await clients.identity.config.region().catch(() => undefined);
  if (place === undefined) return { heading, findings: [noRegion(target)] };
  const facts = await gatherAccount({
    clients,
    names: systemNames(),
    stack,
    region: place,
    now: Date.now(),
    onStep: showStep,
  });
  showStep('');
  const settings = [
    `AWS_REGION=${place}`,
    ...(profile === undefined ? [] : [`AWS_PROFILE=${profile}`]),
  ];
  return {
    heading: `${heading}. The commands below need: export ${settings.join(' ')}`,
    findings: checkAccount(facts),
  };
}

const noRegion = (target: DoctorOptions['target']): Finding =>
  wrong(
    'region',
    target === 'either'
      ? 'No local world runs in this folder, and no region of AWS is set.'
      : 'No region of AWS is set.',
    command(
      'Start the local world, or say where the deployment is and sign in:',
      ...(target === 'either' ? ['npm start'] : []),
      'export AWS_REGION=eu-west-1 AWS_PROFILE=...',
    ),
  );

/** Who waits at a terminal sees what is looked at; the line goes when the next one comes. */
function showStep(words: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001B[K${words === '' ? '' : `  ${words} ...`}`);
}

try {
  const options = doctorOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else if (options === 'policy') console.log(JSON.stringify(policy(), null, 2));
  else process.exitCode = await doctor(options);
} catch (error) {
  if (!(error instanceof WrongDoctorUsage)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 1;
}
