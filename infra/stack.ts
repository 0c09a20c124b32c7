import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Config } from './config.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { Overview } from './constructs/dashboard.ts';
import { Data } from './constructs/data.ts';
import { Email } from './constructs/email.ts';
import { Events } from './constructs/events.ts';
import { Functions } from './constructs/functions.ts';
import { Login } from './constructs/login.ts';
import { addOutputs } from './constructs/outputs.ts';
import { pin } from './constructs/pin.ts';
import { Queues } from './constructs/queues.ts';
import { Texts } from './constructs/texts.ts';
import { Triggers } from './constructs/triggers.ts';

/** All of Perennial, deployed whole. */
export class PerennialStack extends Stack {
  constructor(scope: Construct, id: string, props: { readonly config: Config }) {
    super(scope, id, {
      description: 'Perennial: CRM marketing in your own account.',
      terminationProtection: true,
    });
    const { config } = props;
    const data = new Data(this, 'Data', { restored: config.tables });
    const queues = new Queues(this, 'Queues');
    const email = new Email(this, 'Email', { config });
    const { configurationSetName } = email.configurationSet;
    const events = new Events(this, 'Events', { queues: queues.pairs, configurationSetName });
    const login = new Login(this, 'Login');
    const api = new Api(this, 'Api', { config });
    const secrets = { 'link-signing': this.#linkSigning() };
    const { iosApplication, androidApplication } = config;
    const applications = [iosApplication, androidApplication].filter((arn) => arn !== undefined);
    const resources = { data, queues, events, email, secrets, applications };
    const functions = new Functions(this, 'Functions', { config, resources, publicUrl: api.url });
    const triggers = new Triggers(this, 'Triggers', { functions, resources });
    api.connect(functions, login);
    const watched = { api, data, functions, queues, triggers };
    const alarms = new Alarms(this, 'Alarms', { address: config.alarmEmail, events, ...watched });
    const dashboard = new Overview(this, 'Overview', { alarms, ...watched });
    const texts = new Texts(this, 'Texts', { functions, queues });
    addOutputs(this, { api, dashboard, data, email, functions, login, texts });
  }

  /** Kept when the stack goes: without it no link in a message that was sent can be trusted. */
  #linkSigning(): Secret {
    const secret = new Secret(this, 'LinkSigning', {
      description:
        'Signs the links in messages. Whoever changes it breaks every link already sent.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pin(secret, 'LinkSigningSecret');
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A rotated key would break the unsubscribe links in messages already sent.',
    });
    return secret;
  }
}
