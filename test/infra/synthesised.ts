import { App } from 'aws-cdk-lib';
import { Match, type Matcher, Template } from 'aws-cdk-lib/assertions';
import { type Config, exampleConfig } from '../../infra/config.ts';
import { addPerennial } from '../../infra/perennial.ts';
import { PerennialStack } from '../../infra/stack.ts';

/** Bundling takes seconds a function and changes nothing but the code's hash. */
const context = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  'aws:cdk:bundling-stacks': [],
  ...exampleConfig,
};

/** The template that is deployed, without the checks of good practice. */
export function synthesised(config: Config = exampleConfig): Template {
  const app = new App({ context });
  return Template.fromStack(new PerennialStack(app, 'Perennial', { config }));
}

/** Throws with the findings that nobody has given a reason for. */
export function synthesiseChecked(): void {
  const app = new App({ context });
  addPerennial(app);
  app.synth();
}

/** One statement of an IAM policy, its actions and resources as lists. */
export type Statement = {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
};

/** What the roles whose policies' logical ids match may do; resources as JSON text. */
export function statementsOf(template: Template, policyId: RegExp): readonly Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => policyId.test(id))
    .flatMap(([, policy]) => [policy['Properties'].PolicyDocument.Statement].flat())
    .map((statement) => ({
      effect: String(statement.Effect),
      actions: [statement.Action].flat().map(String),
      resources: [statement.Resource].flat().map((resource) => JSON.stringify(resource)),
    }));
}

/** The logical id CDK gives a function or its role: the path without what is no letter or digit. */
export function functionId(file: string): string {
  return `Functions${file.replace(/^.*\//, '').replace('.ts', '').replaceAll('-', '')}`;
}

/** Matches text that begins with this, whatever characters it has. */
export function startingWith(text: string): Matcher {
  return Match.stringLikeRegexp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}`);
}
