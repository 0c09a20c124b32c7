import { App } from 'aws-cdk-lib';
import { Match, type Matcher, Template } from 'aws-cdk-lib/assertions';
import deployed from '../../cdk.json' with { type: 'json' };
import { type Config, exampleConfig } from '../../infra/config.ts';
import { addPerennial } from '../../infra/perennial.ts';
import { PerennialStack } from '../../infra/stack.ts';

/** What `cdk` deploys with. Bundling takes seconds a function and changes nothing but the code's hash. */
const context = { ...deployed.context, 'aws:cdk:bundling-stacks': [], ...exampleConfig };

/**
 * The stack, without any checks: CDK's own of a template against CloudFormation's schemas take longer
 * than all the rest of a test file. `synthesiseChecked` has them all.
 */
export const stackOf = (config: Config): PerennialStack =>
  new PerennialStack(new App({ context, builtinCloudFormationValidation: false }), 'Perennial', {
    config,
  });

const made = new Map<string, Template>();

/** The template that is deployed, made once in a file of tests: nobody changes it. */
export function synthesised(config: Config = exampleConfig): Template {
  const key = JSON.stringify(config);
  const template = made.get(key) ?? Template.fromStack(stackOf(config));
  made.set(key, template);
  return template;
}

/** Throws with what CloudFormation would refuse, and with the findings that nobody has given a reason for. */
export function synthesiseChecked(addResources: (stack: PerennialStack) => void = () => {}): void {
  const app = new App({ context });
  addResources(addPerennial(app));
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
