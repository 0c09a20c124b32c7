import { expect } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { ask } from './modes.ts';

/** A problem document of RFC 9457, as the API answers it. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
};

async function itemCount(world: World): Promise<number> {
  let count = 0;
  for (const name of ['profiles', 'timeline', 'marketing'] as const) {
    const page = await world.ports.table.scan(name, { segment: 0, segments: 1 });
    count += page.items.length;
  }
  return count;
}

export type RefusedRequest = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The problem document with which a request is refused; nothing may be written by it. */
export async function refusal(
  world: World,
  method: string,
  path: string,
  request: RefusedRequest = {},
): Promise<Problem> {
  const before = await itemCount(world);
  const admin = path.startsWith('/admin');
  const headers = { 'x-write-key': 'a-write-key', ...request.headers };
  const answer = await ask(
    world,
    method,
    path,
    admin ? { ...request, admin } : { ...request, headers },
  );
  await world.settle();
  expect(await itemCount(world)).toBe(before);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = answer.json() as Problem; // its fields are asserted one by one
  expect(problem.status).toBe(answer.status);
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
  return problem;
}

export const pathsOf = ({ errors = [] }: Problem): readonly string[] =>
  errors.map(({ path }) => path);
