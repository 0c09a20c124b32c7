import type { DeployedWorld } from './deployed-world.ts';

/** Where a process dies: before the server hears of the call, or before it hears the server's answer. */
export type Moment = 'before the call' | 'before the answer';

/** The process of a function dies at its next such call, and with it the connection. */
export function killAt(
  world: DeployedWorld,
  file: string,
  { operation, moment }: { readonly operation: string; readonly moment: Moment },
): void {
  const lambda = world.lambda(file);
  world.wire.intercept = async (call, forward) => {
    if (call.principal !== lambda.spec.roleArn || call.operation !== operation) return forward();
    world.wire.intercept = undefined;
    if (moment === 'before the answer') await forward();
    lambda.kill();
    return undefined;
  };
}
