import { App, Stack } from 'aws-cdk-lib';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import deployed from '../../cdk.json' with { type: 'json' };
import { exampleConfig } from '../../infra/config.ts';
import { codeOf } from '../../infra/constructs/functions.ts';
import { functions } from '../../infra/manifest.ts';
import { PerennialStack } from '../../infra/stack.ts';

/**
 * A process of its own makes the whole template, and the bundle of one function as the stack bundles
 * it: all of them would take the test half a minute.
 */
const [, , outdir] = process.argv;
if (outdir === undefined) throw new Error('Where to?');
const context = { ...deployed.context, 'aws:cdk:bundling-stacks': ['Bundles'] };
const app = new App({ outdir, context, builtinCloudFormationValidation: false });
new PerennialStack(app, 'Perennial', { config: exampleConfig });
const bundles = new Stack(app, 'Bundles');
for (const row of functions.filter(({ file }) => /send-emails/.test(file))) {
  new NodejsFunction(bundles, row.file, {
    ...codeOf(row, {}),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
  });
}
app.synth();
