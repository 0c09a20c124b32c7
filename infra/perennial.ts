import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfig } from './config.ts';
import { PerennialStack } from './stack.ts';

/** Puts the product into a CDK app, held to AWS's own list of good practice. */
export function addPerennial(app: App): PerennialStack {
  const config = readConfig((name) => app.node.tryGetContext(name) as unknown);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return new PerennialStack(app, 'Perennial', { config });
}
