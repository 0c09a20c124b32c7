import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  CorsHttpMethod,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { functions } from '../manifest.ts';
import type { Functions } from './functions.ts';
import type { Login } from './login.ts';

/** Requests a second; beyond it callers get 429 and try again. Routes that have no limit of their own share this one. */
const throttle = { rateLimit: 200, burstLimit: 400 };

const { GET, HEAD, POST, PUT, PATCH, DELETE } = HttpMethod;

type Limited = typeof throttle & { readonly methods: readonly HttpMethod[] };

/**
 * By path, so that a flood of leads keeps nobody from unsubscribing and no marketer from working. They
 * only grow: CloudFormation leaves the limit of a route that goes on the stage, and API Gateway then
 * refuses every change of the stage until `aws apigatewayv2 delete-route-settings` has removed it.
 */
const publicPaths: Readonly<Record<string, Limited>> = {
  '/v1/{proxy+}': { methods: [POST], rateLimit: 2_000, burstLimit: 4_000 },
  '/u/{token}': { methods: [GET, HEAD, POST], rateLimit: 500, burstLimit: 1_000 },
  '/l/{token}': { methods: [GET, HEAD], rateLimit: 1_000, burstLimit: 2_000 },
  '/health': { methods: [GET, HEAD], rateLimit: 50, burstLimit: 100 },
};

/*
 * No route takes `OPTIONS`, so none takes `ANY`: a browser's preflight would go to the function, which
 * would refuse it, instead of being answered by the API. It carries no token either.
 */
const adminMethods = [GET, HEAD, POST, PUT, PATCH, DELETE];

/** The HTTP API: write keys on the public side, tokens of the user pool on the admin side. */
export class Api extends Construct {
  readonly http: HttpApi;
  /** What to enter into the DNS for the API's own name, where the stack does not do so itself. */
  readonly domainRecord: string | undefined;
  /** Links in messages begin with it; it has no slash at the end. */
  readonly url: string;
  readonly #stage: HttpStage;

  constructor(scope: Construct, id: string, props: { readonly config: Config }) {
    super(scope, id);
    const named = this.#named(props.config);
    this.http = new HttpApi(this, 'Http', {
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...props.config.origins],
        allowMethods: [CorsHttpMethod.ANY],
        allowHeaders: ['authorization', 'content-type', 'x-write-key'],
        maxAge: Duration.hours(1),
      },
    });
    // No path and no address: a path holds a person's token, an address is personal data. And no
    // variable that brings quotes of its own (`error.messageString`): such a line would be no JSON.
    const format = AccessLogFormat.custom(
      JSON.stringify({
        requestId: '$context.requestId',
        route: '$context.routeKey',
        status: '$context.status',
        latencyMs: '$context.responseLatency',
        error: '$context.error.message',
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
      ...(named !== undefined && { domainMapping: { domainName: named } }),
    });
    const { domain } = props.config;
    this.url = domain === undefined ? this.http.apiEndpoint : `https://${domain}`;
    this.domainRecord = named && this.#enter(named, props.config);
  }

  /** A name of the company's own. The one that AWS gave stays open: links already sent lead there. */
  #named({ domain, certificateArn }: Config): DomainName | undefined {
    if (domain === undefined || certificateArn === undefined) return undefined;
    return new DomainName(this, 'Domain', {
      domainName: domain,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
  }

  /** Enters the name into the company's zone; where there is none, answers what to enter. */
  #enter(named: DomainName, { domain, hostedZoneId }: Config): string | undefined {
    const { regionalDomainName, regionalHostedZoneId } = named;
    if (hostedZoneId === undefined) return `${domain} CNAME ${regionalDomainName}`;
    new CfnRecordSet(this, 'DomainRecord', {
      name: named.name,
      type: 'A',
      hostedZoneId,
      aliasTarget: { dnsName: regionalDomainName, hostedZoneId: regionalHostedZoneId },
    });
    return undefined;
  }

  connect(made: Functions, login: Login): void {
    const integrationOf = (api: 'public' | 'admin') =>
      new HttpLambdaIntegration(api, made.of(fileOf(api)));
    const publicIntegration = integrationOf('public');
    const settings: Record<string, object> = {};
    for (const [path, { methods, rateLimit, burstLimit }] of Object.entries(publicPaths)) {
      const routes = this.http.addRoutes({
        path,
        methods: [...methods],
        integration: publicIntegration,
      });
      for (const method of methods) {
        settings[`${method} ${path}`] = {
          ThrottlingRateLimit: rateLimit,
          ThrottlingBurstLimit: burstLimit,
        };
      }
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
