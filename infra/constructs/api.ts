import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { functions } from '../manifest.ts';
import type { Functions } from './functions.ts';
import type { Login } from './login.ts';

/** Requests a second; beyond it callers get 429 and try again. Routes that have no limit of their own share this one. */
const throttle = { rateLimit: 200, burstLimit: 400 };

/** By path, so that a flood of leads keeps nobody from unsubscribing and no marketer from working. */
const publicPaths: Readonly<Record<string, typeof throttle>> = {
  '/v1/{proxy+}': { rateLimit: 2_000, burstLimit: 4_000 },
  '/u/{token}': { rateLimit: 500, burstLimit: 1_000 },
  '/l/{token}': { rateLimit: 1_000, burstLimit: 2_000 },
  '/health': { rateLimit: 50, burstLimit: 100 },
};

/** `OPTIONS` is not among them: a browser's preflight carries no token. */
const adminMethods = [
  HttpMethod.GET,
  HttpMethod.HEAD,
  HttpMethod.POST,
  HttpMethod.PUT,
  HttpMethod.PATCH,
  HttpMethod.DELETE,
];

/** The HTTP API: write keys on the public side, tokens of the user pool on the admin side. */
export class Api extends Construct {
  readonly http: HttpApi;
  readonly #stage: HttpStage;

  constructor(scope: Construct, id: string, props: { readonly config: Config }) {
    super(scope, id);
    this.http = new HttpApi(this, 'Http', {
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...props.config.origins],
        allowMethods: [CorsHttpMethod.ANY],
        allowHeaders: ['authorization', 'content-type', 'x-write-key'],
        maxAge: Duration.hours(1),
      },
    });
    // No path and no address: a path holds a person's token, an address is personal data.
    const format = AccessLogFormat.custom(
      JSON.stringify({
        requestId: '$context.requestId',
        route: '$context.routeKey',
        status: '$context.status',
        latencyMs: '$context.responseLatency',
        error: '$context.error.messageString',
        integrationError: '$context.integrationErrorMessage',
      }),
    );
    this.#stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      detailedMetricsEnabled: false,
      accessLogSettings: { destination: new LogGroupLogDestination(this.#accessLogs()), format },
    });
  }

  /** Links in messages begin with it; it has no slash at the end. */
  get url(): string {
    return this.http.apiEndpoint;
  }

  connect(made: Functions, login: Login): void {
    const integrationOf = (api: 'public' | 'admin') =>
      new HttpLambdaIntegration(api, made.of(fileOf(api)));
    const publicIntegration = integrationOf('public');
    const settings: Record<string, object> = {};
    for (const [path, { rateLimit, burstLimit }] of Object.entries(publicPaths)) {
      const routes = this.http.addRoutes({
        path,
        methods: [HttpMethod.ANY],
        integration: publicIntegration,
      });
      settings[`ANY ${path}`] = {
        ThrottlingRateLimit: rateLimit,
        ThrottlingBurstLimit: burstLimit,
      };
      for (const route of routes) {
        // A stage cannot limit a route that is not there yet.
        this.#stage.node.addDependency(route);
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'Websites show a write key and people a signed token; the function checks them.',
        });
      }
    }
    const stage = this.#stage.node.defaultChild;
    if (!(stage instanceof CfnStage)) throw new Error('A stage has no resource.');
    stage.routeSettings = settings;
    const authorizer: IHttpRouteAuthorizer = new HttpUserPoolAuthorizer('admin', login.pool, {
      userPoolClients: [login.client],
    });
    this.http.addRoutes({
      path: '/admin/{proxy+}',
      methods: adminMethods,
      integration: integrationOf('admin'),
      authorizer,
    });
  }

  #accessLogs(): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

function fileOf(api: 'public' | 'admin'): string {
  const row = functions.find(({ trigger }) => trigger.kind === 'http' && trigger.api === api);
  if (row === undefined) throw new Error(`No function of the manifest answers the ${api} API.`);
  return row.file;
}
