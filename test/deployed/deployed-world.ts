import * as z from 'zod';
import type { Feedback } from '../../infra/local/ses-event.ts';
import { clientsOf } from './aws-clients.ts';
import { Deployment } from './deployment.ts';
import { EventSources } from './event-sources.ts';
import { Gateway, type HttpRequest, type Reply, type Route, routeSchema } from './gateway.ts';
import { LambdaProcess } from './lambda-process.ts';
import type { QueueMapping } from './mappings.ts';
import { StoredSchedules } from './scheduler.ts';
import { type Arrived, inbox, publish, startSes } from './ses-stand-in.ts';
import { synthesise } from './template.ts';
import { Wire } from './wire.ts';

/** moto's account. */
const account = '123456789012';
const region = 'eu-west-1';

/** The stack on servers of AWS's protocols: bundles in processes of their own, and Lambda's part played here. */
export async function deploy(moto: string) {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const assembly = synthesise();
  const ses = await startSes();
  const gateway = new Gateway(now);
  await gateway.listen();
  const place = { region, account, apiUrl: gateway.url };
  const wire = new Wire({ servers: { ses: ses.url, other: moto }, place, now });
  await wire.listen();
  const setUp = wire.admit({ name: 'set-up', may: 'everything' });
  const clients = clientsOf({ endpoint: wire.url, region, accessKeyId: setUp });
  const deployment = new Deployment({ assembly, clients, place });
  await deployment.make();

  const { lambdas, lambdaOf, roles } = await functionsOf(deployment, wire, () => aheadMs);
  const sources = await EventSources.of(deployment, { wire, region, lambdaOf, roles, now });
  const schedules = new StoredSchedules({
    clients,
    endpoint: wire.url,
    region,
    roleOf: (arn) => found(roles.get(arn), arn),
    lambdaOf,
    urlOf: sources.urlOf,
  });
  gateway.routes = await routesOf(deployment, lambdaOf);

  const settle = (): Promise<void> => sources.settle();
  const tick = async (): Promise<void> => {
    await schedules.fireEvery('rate(1 minute)', now());
    await settle();
  };
  return {
    deployment,
    wire,
    clients,
    lambdas,
    schedules,
    failures: sources.failures,
    settle,
    tick,
    now,
    lambda: (file: string): LambdaProcess =>
      found(
        lambdas.find(({ spec }) => spec.file === file),
        file,
      ),
    /** By the first part of its logical id. */
    queue: (name: string): QueueMapping =>
      found(
        sources.queues.find((queue) => queue.name.includes(`-${name}-`)),
        name,
      ),
    queues: sources.queues,
    request: (request: HttpRequest): Promise<Reply> => gateway.answer(request),
    /** Time passes at once: what was put off and scheduled up to then is done, then a minute's tick. */
    advance: async (ms: number): Promise<void> => {
      const from = now();
      aheadMs += ms;
      await schedules.fire(from, now());
      await settle();
      await tick();
    },
    inbox: (): Promise<Arrived[]> => inbox(ses.url, wire.exchanges),
    /** SES tells of an email. */
    tell: async (email: Arrived, feedback: Feedback): Promise<void> => {
      await publish(email, feedback, { events: clients.events, now: now() });
      await settle();
    },
    close: (): void => {
      for (const lambda of lambdas) lambda.kill();
      gateway.close();
      wire.close();
      ses.close();
      assembly[Symbol.dispose]();
    },
  };
}

export type DeployedWorld = Awaited<ReturnType<typeof deploy>>;

/** Each function with the access key of its role. */
async function functionsOf(deployment: Deployment, wire: Wire, aheadMs: () => number) {
  const roles = new Map(
    [...(await deployment.roles())].map(([arn, may]) => [
      arn,
      { may, accessKeyId: wire.admit({ name: arn, may }) },
    ]),
  );
  const lambdas = (await deployment.lambdas()).map((spec) => {
    const { accessKeyId } = found(roles.get(spec.roleArn), spec.roleArn);
    return new LambdaProcess(spec, { endpoint: wire.url, region, accessKeyId, aheadMs });
  });
  const lambdaOf = (reference: string): LambdaProcess =>
    found(
      lambdas.find(({ spec }) => spec.arn === reference || spec.name === reference),
      reference,
    );
  return { roles, lambdas, lambdaOf };
}

async function routesOf(
  deployment: Deployment,
  lambdaOf: (arn: string) => LambdaProcess,
): Promise<readonly Route[]> {
  const integrations = new Map(
    (await deployment.all('AWS::ApiGatewayV2::Integration')).map(({ made, properties }) => [
      `integrations/${made.ref}`,
      z.string().parse(properties['IntegrationUri']),
    ]),
  );
  return (await deployment.all('AWS::ApiGatewayV2::Route')).map(({ properties }) => {
    const { RouteKey, AuthorizationType, Target } = routeSchema.parse(properties);
    const lambda = lambdaOf(found(integrations.get(Target), Target));
    return { key: RouteKey, needsToken: AuthorizationType === 'JWT', lambda };
  });
}

function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`There is no ${what} in the stack.`);
  return value;
}
