import { App, Stack } from 'aws-cdk-lib';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
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
  new LambdaFunction(bundles, row.file, {
    code: codeOf(row, {}),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
}
app.synth();
