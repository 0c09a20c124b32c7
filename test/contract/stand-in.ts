import { expect, it } from 'vitest';

/**
 * A server that stands for AWS and takes what AWS refuses. The adapters leave such checks to the
 * service, so all that can be held here is that the service is asked just that.
 */
export type StandIn = {
  readonly name: string;
  /** What it takes: the case's name, and what the request for it says. */
  readonly takes: Readonly<Record<string, object>>;
  /** The input of the last request. */
  readonly asked: () => unknown;
};

type Refusal = {
  /** What is to be refused. */
  readonly act: () => Promise<unknown>;
  /** Nothing has come of it. */
  readonly nothingDone?: () => Promise<void>;
};

/** One test of a refusal: of the refusal itself, or of the request where a stand-in refuses nothing. */
export function itRefuses(
  name: string,
  open: () => Promise<Refusal>,
  { adapter, standIn }: { readonly adapter: string; readonly standIn?: StandIn | undefined },
): void {
  const request = standIn?.takes[name];
  const isTaken = standIn !== undefined && request !== undefined;
  const title = isTaken
    ? `${standIn.name} accepts ${name}, which ${adapter} refuses: it is asked for just that`
    : `refuses ${name}`;
  it.each([title])('%s', async () => {
    const { act, nothingDone } = await open();
    const outcome = await act().catch((error: unknown) => error);
    expect(outcome instanceof Error).toBe(!isTaken);
    await (isTaken ? expectAsked(standIn, request) : nothingDone?.());
  });
}

const expectAsked = (standIn: StandIn, request: object): void => {
  expect(standIn.asked()).toMatchObject(request);
};

type Middle = {
  add(
    middleware: (
      next: (args: { readonly input: object }) => Promise<unknown>,
    ) => (args: { readonly input: object }) => Promise<unknown>,
    options: { readonly step: 'initialize' },
  ): void;
};

/** Listens to a client: the inputs of its requests, oldest first. */
export function inputsOf(client: { readonly middlewareStack: unknown }): readonly object[] {
  return listenTo(client).asked;
}

/** Listens to a client: the inputs of the requests that were taken, oldest first. */
export function takenInputsOf(client: { readonly middlewareStack: unknown }): readonly object[] {
  return listenTo(client).taken;
}

function listenTo(client: { readonly middlewareStack: unknown }) {
  const asked: object[] = [];
  const taken: object[] = [];
  // Every client has such a stack, each with the types of its own commands.
  (client.middlewareStack as Middle).add(
    (next) => async (args) => {
      asked.push(args.input);
      const answer = await next(args);
      taken.push(args.input);
      return answer;
    },
    { step: 'initialize' },
  );
  return { asked, taken };
}
