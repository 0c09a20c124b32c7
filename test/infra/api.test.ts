import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesised } from './synthesised.ts';

const template = synthesised();
const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
  (route) => route['Properties'],
);

describe('the API', () => {
  it('asks for a token on every admin route', () => {
    const admin = routes.filter(({ RouteKey }) => RouteKey.includes('/admin'));
    expect(admin.map(({ RouteKey }) => String(RouteKey)).toSorted()).toEqual([
      'DELETE /admin/{proxy+}',
      'GET /admin/{proxy+}',
      'HEAD /admin/{proxy+}',
      'PATCH /admin/{proxy+}',
      'POST /admin/{proxy+}',
      'PUT /admin/{proxy+}',
    ]);
    for (const { AuthorizationType, AuthorizerId } of admin) {
      expect(AuthorizationType).toBe('JWT');
      expect(AuthorizerId).toBeDefined();
    }
  });

  it('asks for none on the public routes', () => {
    const open = routes.filter(({ RouteKey }) => !RouteKey.includes('/admin'));
    expect(open.map(({ RouteKey }) => String(RouteKey)).toSorted()).toEqual([
      'ANY /health',
      'ANY /u/{token}',
      'ANY /v1/{proxy+}',
    ]);
    for (const { AuthorizationType } of open) expect(AuthorizationType).toBe('NONE');
  });

  it('takes tokens of the user pool’s client, whose users are made by administrators', () => {
    expect(() =>
      template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
        AuthorizerType: 'JWT',
        JwtConfiguration: { Audience: [{ Ref: Match.stringLikeRegexp('UserPoolClient|Client') }] },
      }),
    ).not.toThrow();
    expect(() =>
      template.hasResourceProperties('AWS::Cognito::UserPool', {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: 'ACTIVE',
      }),
    ).not.toThrow();
  });

  it('has no groups of users, because no route asks for one', () => {
    expect(template.findResources('AWS::Cognito::UserPoolGroup')).toEqual({});
  });

  it('limits leads apart from the rest, so that a flood of them keeps nobody from unsubscribing', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const { DefaultRouteSettings: rest, RouteSettings: own } = stage?.['Properties'] ?? {};
    expect(Object.keys(own)).toEqual(['ANY /v1/{proxy+}', 'ANY /u/{token}', 'ANY /health']);
    const [leads, unsubscribing] = [own['ANY /v1/{proxy+}'], own['ANY /u/{token}']];
    expect(leads).toEqual({ ThrottlingRateLimit: 2_000, ThrottlingBurstLimit: 4_000 });
    expect(unsubscribing.ThrottlingRateLimit).toBeLessThan(leads.ThrottlingRateLimit);
    expect(rest).toMatchObject({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 });
  });

  it('makes the routes before the stage that limits them', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const limited = Object.entries(template.findResources('AWS::ApiGatewayV2::Route'))
      .filter(([, route]) => !route['Properties'].RouteKey.includes('/admin'))
      .map(([id]) => id);
    expect(stage?.['DependsOn']).toEqual(expect.arrayContaining(limited));
  });

  it('answers browsers of the company’s websites only', () => {
    expect(() =>
      template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
        CorsConfiguration: Match.objectLike({ AllowOrigins: ['https://www.example.com'] }),
      }),
    ).not.toThrow();
  });

  it('logs no path and no address, which are a person’s', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const format = String(stage?.['Properties'].AccessLogSettings.Format);
    expect(format).toContain('$context.routeKey');
    expect(format).not.toMatch(/\$context\.(path|identity|authorizer)/);
  });
});

describe('email', () => {
  it('publishes everything that becomes of an email to the account’s bus', () => {
    expect(() =>
      template.hasResourceProperties('AWS::SES::ConfigurationSetEventDestination', {
        EventDestination: Match.objectLike({
          Enabled: true,
          MatchingEventTypes: Match.arrayWith(['bounce', 'complaint', 'delivery', 'open', 'click']),
          EventBridgeDestination: { EventBusArn: Match.anyValue() },
        }),
      }),
    ).not.toThrow();
  });

  it('is signed by the sender’s domain', () => {
    expect(() =>
      template.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'example.com' }),
    ).not.toThrow();
  });
});

describe('after deployment', () => {
  it('says where the API is and how to get in', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        'ApiUrl',
        'UserPoolId',
        'DkimRecords',
        'FirstAdmin',
        'FirstWriteKey',
      ]),
    );
    expect(JSON.stringify(outputs['FirstAdmin']?.['Value'])).not.toContain('group');
    expect(outputs['FirstAdmin']?.['Description']).toContain('Every user of the pool is an admin');
    expect(JSON.stringify(outputs['FirstWriteKey'])).toContain('/admin/sources/website/keys');
  });
});
