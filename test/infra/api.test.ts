import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { publicRoutes } from '../../functions/http/public-routes.ts';
import { roles } from '../../shared/domain/access/permission.ts';
import { functionId, synthesised } from './synthesised.ts';

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
      'GET /health',
      'GET /l/{token}',
      'GET /u/{token}',
      'HEAD /health',
      'HEAD /l/{token}',
      'HEAD /u/{token}',
      'POST /u/{token}',
      'POST /v1/{proxy+}',
    ]);
    for (const { AuthorizationType } of open) expect(AuthorizationType).toBe('NONE');
  });

  it('lets everything through that the public function answers', () => {
    const keys = routes.map(({ RouteKey }) => String(RouteKey));
    const answered = publicRoutes.flatMap(({ method, path }) => {
      const way = path.replace(/^\/v1\/.+$/, '/v1/{proxy+}');
      return [`${method} ${way}`, ...(method === 'GET' ? [`HEAD ${way}`] : [])];
    });
    expect(keys).toEqual(expect.arrayContaining(answered));
  });

  it('answers a browser’s preflight itself: the functions would refuse it, and no website could post', () => {
    for (const { RouteKey } of routes) expect(RouteKey).not.toMatch(/^(ANY|OPTIONS) |^\$default$/);
    const [api] = Object.values(template.findResources('AWS::ApiGatewayV2::Api'));
    expect(api?.['Properties'].CorsConfiguration).toEqual({
      AllowOrigins: ['https://www.example.com'],
      AllowMethods: ['*'],
      AllowHeaders: ['authorization', 'content-type', 'x-write-key'],
      MaxAge: 3_600,
    });
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

  it('has the groups of users that its routes ask for', () => {
    const groups = Object.values(template.findResources('AWS::Cognito::UserPoolGroup'));
    expect(groups.map((group) => String(group['Properties'].GroupName)).toSorted()).toEqual(
      roles.toSorted(),
    );
  });

  it('limits leads apart from the rest, so that a flood of them keeps nobody from unsubscribing', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const { DefaultRouteSettings: rest, RouteSettings: own } = stage?.['Properties'] ?? {};
    const open = routes.filter(({ RouteKey }) => !RouteKey.includes('/admin'));
    expect(new Set(Object.keys(own))).toEqual(new Set(open.map(({ RouteKey }) => RouteKey)));
    const [leads, unsubscribing] = [own['POST /v1/{proxy+}'], own['POST /u/{token}']];
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

  it('logs no path and no address, which are a person’s', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const format = String(stage?.['Properties'].AccessLogSettings.Format);
    expect(format).toContain('$context.routeKey');
    expect(format).not.toMatch(/\$context\.(path|identity|authorizer)/);
  });

  it('logs lines that are JSON, whatever stands for a variable', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const format = String(stage?.['Properties'].AccessLogSettings.Format);
    // API Gateway writes most values as they are, and `error.messageString` in quotes.
    const line = format.replaceAll(/\$context\.([\w.]+)/g, (_all, name: string) =>
      name.endsWith('messageString') ? '"Forbidden"' : 'Forbidden',
    );
    expect(JSON.parse(line)).toMatchObject({ status: 'Forbidden', error: 'Forbidden' });
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
  const outputs = template.findOutputs('*');
  const text = (name: string) =>
    JSON.stringify(outputs[name]?.['Value']).replaceAll(String.raw`\"`, '"');
  const reference = (type: string) => `{"Ref":"${Object.keys(template.findResources(type))[0]}"}`;
  const pool = reference('AWS::Cognito::UserPool');
  const client = reference('AWS::Cognito::UserPoolClient');
  const [api] = Object.keys(template.findResources('AWS::ApiGatewayV2::Api'));
  const apiUrl = `{"Fn::GetAtt":["${api}","ApiEndpoint"]}`;

  it('says what the person who deploys needs next, and nothing else', () => {
    expect(Object.keys(outputs).toSorted()).toEqual([
      'AdminToken',
      'ApiUrl',
      'Dashboard',
      'DkimRecords',
      'DmarcRecord',
      'FirstAdmin',
      'FirstWriteKey',
      'InboundTextsTopic',
      'MailFromRecords',
      'MarketingTableName',
      'ProfilesTableName',
      'RepublishCommand',
      'TextStatusSetup',
      'TimelineTableName',
      'UserPoolClientId',
      'UserPoolId',
    ]);
  });

  it('says where things are', () => {
    expect(text('ApiUrl')).toBe(apiUrl);
    expect(text('UserPoolId')).toBe(pool);
    expect(text('UserPoolClientId')).toBe(client);
    for (const name of ['Profiles', 'Timeline', 'Marketing']) {
      expect(text(`${name}TableName`)).toBe(`{"Ref":"${name}Table"}`);
    }
  });

  it('says which three records let SES sign for the domain', () => {
    for (const number of [1, 2, 3]) {
      const [name, value] = ['Name', 'Value'].map((part) => `"DkimDNSToken${part}${number}"]}`);
      expect(text('DkimRecords')).toMatch(new RegExp(`${name}," CNAME ",\\{[^{]*${value}`));
    }
  });

  it('says how to make an admin of the pool', () => {
    expect(text('FirstAdmin')).toContain(`admin-create-user --user-pool-id ",${pool}`);
    expect(text('FirstAdmin')).toContain(`admin-set-user-password --user-pool-id ",${pool}`);
    expect(text('FirstAdmin')).toContain('--password "$PASSWORD" --permanent');
    expect(text('FirstAdmin')).toContain(`admin-add-user-to-group --user-pool-id ",${pool}`);
    expect(text('FirstAdmin')).toContain('--group-name admin');
    for (const role of roles) expect(outputs['FirstAdmin']?.['Description']).toContain(role);
  });

  it('says how the admin gets a token, by the way in that the client allows', () => {
    expect(text('AdminToken')).toContain(`initiate-auth --client-id ",${client}`);
    expect(text('AdminToken')).toContain('--auth-flow USER_PASSWORD_AUTH');
    expect(text('AdminToken')).toContain('--query AuthenticationResult.AccessToken');
    expect(() =>
      template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
        ExplicitAuthFlows: Match.arrayWith(['ALLOW_USER_PASSWORD_AUTH']),
      }),
    ).not.toThrow();
  });

  it('says how to make a source and get its first write key', () => {
    const put = `-X PUT ",${apiUrl},"/admin/sources/website -H "authorization: Bearer $TOKEN"`;
    const post = `-X POST ",${apiUrl},"/admin/sources/website/keys -H "authorization: Bearer $TOKEN"`;
    expect(text('FirstWriteKey')).toContain(put);
    expect(text('FirstWriteKey')).toContain(post);
  });

  it('says how to publish again, and waits for the answer that says where to go on', () => {
    const [republish] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) =>
      id.startsWith(functionId('functions/tracking/republish-timeline.ts')),
    );
    const [before, name, after] = outputs['RepublishCommand']?.['Value']['Fn::Join'][1] ?? [];
    expect(before).toBe('aws lambda invoke --function-name ');
    expect(name).toEqual({ Ref: republish });
    expect(after).toContain('--cli-read-timeout 0 --cli-binary-format raw-in-base64-out');
    expect(after).not.toContain('--invocation-type');
    const payload = /--payload "((?:\\"|[^"])*)"/.exec(after)?.[1] ?? '';
    const span = { FROM: '2026-11-20T00:00:00Z', TO: '2026-11-21T00:00:00Z' };
    const asked = (next: string) =>
      JSON.parse(
        payload
          .replaceAll(String.raw`\"`, '"')
          .replace('$FROM', span.FROM)
          .replace('$TO', span.TO)
          .replace(`\${NEXT:-null}`, next),
      );
    expect(asked('null')).toEqual({ from: span.FROM, to: span.TO, next: null });
    expect(asked('[{"segment":3,"after":null}]').next).toEqual([{ segment: 3, after: null }]);
  });
});
