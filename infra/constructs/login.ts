import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  Mfa,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { type Role, roles } from '../../shared/domain/access/permission.ts';
import { pin } from './pin.ts';

const groups: Readonly<Record<Role, string>> = {
  analyst: 'Sees definitions, sizes and reports, and no person.',
  marketer: 'Sees people; makes segments, templates and campaigns, and lets them go out.',
  approver: 'Sees what marketers see, says yes to their campaigns, and pauses them.',
  admin: 'May do everything: sources and their keys, webhooks, the sending policy, the quarantine.',
};

/**
 * The people of the company. Nobody signs up: an administrator makes each user, and puts them into
 * groups, which are what they may do.
 */
export class Login extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.pool = new UserPool(this, 'UserPool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pin(this.pool, 'UserPool');
    Validations.of(this.pool).acknowledge(
      {
        id: 'AwsSolutions-COG2',
        reason:
          'A second factor is offered; requiring one would shut out scripts and the first login.',
      },
      {
        id: 'AwsSolutions-COG8',
        reason: 'The plus plan is paid per user; the admin API is for a few people of one company.',
      },
    );
    for (const groupName of roles) {
      new CfnUserPoolGroup(this, groupName, {
        groupName,
        description: groups[groupName],
        userPoolId: this.pool.userPoolId,
      });
    }
    this.client = this.pool.addClient('Client', {
      authFlows: { userPassword: true, userSrp: true },
      generateSecret: false,
      disableOAuth: true,
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
    });
  }
}
