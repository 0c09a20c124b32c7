import type { DeployedWorld } from './deployed-world.ts';

const maxLines = 20;

/** What went wrong behind a step of the story that failed: who was refused what, and what the logs say. */
export function troublesOf({ wire, failures, lambdas }: DeployedWorld): string {
  const refused = wire.refusals.map(
    ({ principal, needs }) =>
      `${principal} may not: ${needs.map(({ action, resource }) => `${action} on ${resource}`).join(', ')}`,
  );
  const failed = failures.map(({ file, why }) => `${file}: ${why}`);
  const logged = lambdas.flatMap(({ spec, log }) =>
    log
      .filter((line) => !line.startsWith('{') || line.includes('"level":"ERROR"'))
      .map((line) => `${spec.file}: ${line}`),
  );
  return [...refused, ...failed, ...logged.slice(-maxLines)].join('\n');
}

/** What did not work since this was last asked. */
export const failuresOf = ({ failures }: DeployedWorld): readonly string[] =>
  failures.splice(0).map(({ why }) => why.replace(/^\w+: /, ''));
