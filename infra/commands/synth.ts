import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import * as z from 'zod';
import { exampleConfig } from '../config.ts';
import { functions } from '../manifest.ts';
import { addPerennial } from '../perennial.ts';
import { mayRun } from './no-options.ts';
import { textTable } from './text-table.ts';

/**
 * `npm run synth`: the whole stack into `cdk.out`, without an account, credentials or network. It
 * takes example values for the company's configuration; `cdk deploy` never does.
 */

const usage = `npm run synth

  Makes the CloudFormation template in cdk.out, with example values, checks it by AWS's good practice,
  and prints what is in it. It takes no options; "npx cdk synth" takes your own values.`;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Makes the template name the folder of each bundle. */
const withSizes = { 'aws:cdk:enable-asset-metadata': true };

const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).optional(),
      Metadata: z.object({ 'aws:asset:path': z.string().optional() }).optional(),
    }),
  ),
});

function synthesise(): CloudFormationStackArtifact {
  const outdir = join(root, 'cdk.out');
  rmSync(outdir, { recursive: true, force: true });
  const { context } = cdkSchema.parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));
  const app = new App({ outdir, context: { ...context, ...withSizes, ...exampleConfig } });
  const stack = addPerennial(app);
  // Throws when a check of AWS's good practice finds something that nobody has given a reason for.
  return app.synth().getStackByName(stack.stackName);
}

function printSummary(artifact: CloudFormationStackArtifact): void {
  const { Resources } = templateSchema.parse(artifact.template);
  const resources = Object.values(Resources);
  const bundles = resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties, Metadata }) => {
      const asset = Metadata?.['aws:asset:path'];
      const row = functions.find(({ file }) =>
        String(Properties?.['Description']).startsWith(file),
      );
      if (asset === undefined || row === undefined) return [];
      const { size } = statSync(join(artifact.assembly.directory, asset, 'index.js'));
      return [[row.file, row.trigger.kind, Math.round(size / 1024)]];
    });
  console.log(`${textTable(['function', 'trigger', 'bundle KB'], bundles)}\n`);
  const counts = Map.groupBy(resources, ({ Type }) => Type);
  const kinds = {
    functions: 'AWS::Lambda::Function',
    tables: 'AWS::DynamoDB::Table',
    queues: 'AWS::SQS::Queue',
    alarms: 'AWS::CloudWatch::Alarm',
    routes: 'AWS::ApiGatewayV2::Route',
  };
  for (const [name, type] of Object.entries(kinds)) {
    console.log(`${name.padEnd(10)} ${counts.get(type)?.length ?? 0}`);
  }
  console.log(`resources  ${resources.length} of the 500 a stack may have`);
  console.log('Synthesised into cdk.out with example values; good-practice checks passed.');
}

try {
  if (mayRun(usage)) printSummary(synthesise());
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
