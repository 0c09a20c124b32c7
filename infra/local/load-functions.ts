import { existsSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import type { Ports } from '../../shared/ports/ports.ts';
import type { FunctionRow } from '../function-row.ts';
import { functions } from '../manifest.ts';
import { grantedPorts } from './grants.ts';
import type { LoadedFunction } from './invocations.ts';

type Bindable = { in(ports: Ports): (event: unknown, context: Context) => Promise<unknown> };

const root = new URL('../../', import.meta.url);

/** Lets a test stand between a function and what it is granted, for example to break off in the middle. */
export type AroundPorts = (row: FunctionRow, granted: Ports) => Ports;

/** Every function of the manifest, bound to what its row grants. */
export async function loadFunctions(
  ports: Ports,
  around: AroundPorts = (_, granted) => granted,
): Promise<readonly LoadedFunction[]> {
  const imported = await Promise.all(functions.map(importHandler));
  refuseIncomplete(imported.flatMap((result) => ('problem' in result ? [result.problem] : [])));
  return imported.flatMap((result) => {
    if ('problem' in result) return [];
    const { row, handler } = result;
    return [{ row, call: handler.in(around(row, grantedPorts(ports, row))) }];
  });
}

function refuseIncomplete(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(`infra/manifest.ts and the functions differ:\n${problems.join('\n')}`);
}

async function importHandler(row: FunctionRow) {
  if (!existsSync(new URL(row.file, root))) return { problem: `${row.file} does not exist.` };
  try {
    const { handler }: { handler?: unknown } = await import(new URL(row.file, root).href);
    if (isBindable(handler)) return { row, handler };
    return { problem: `${row.file} must export "handler", made by lambdaFunction(...).` };
  } catch (cause) {
    return { problem: `${row.file} cannot be imported: ${String(cause)}` };
  }
}

const isBindable = (handler: unknown): handler is Bindable =>
  typeof handler === 'function' && 'in' in handler && typeof handler.in === 'function';
