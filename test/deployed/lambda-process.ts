import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Invocation, Outcome } from './lambda-runtime.ts';

const runtime = fileURLToPath(new URL('lambda-runtime.ts', import.meta.url));

export type LambdaSpec = {
  readonly name: string;
  readonly arn: string;
  /** The source file it is made of, such as `functions/http/public.ts`. */
  readonly file: string;
  /** The folder of its bundle. */
  readonly folder: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly roleArn: string;
};

export type Surroundings = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly aheadMs: () => number;
};

/** The function failed, ran out of time, or its process ended. */
export class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';
}

/** One environment of a Lambda: a process of its own, which runs one invocation at a time. */
export class LambdaProcess {
  readonly spec: LambdaSpec;
  /** What it wrote to its log, line by line. */
  readonly log: string[] = [];
  invocations = 0;
  readonly #surroundings: Surroundings;
  #process: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(spec: LambdaSpec, surroundings: Surroundings) {
    this.spec = spec;
    this.#surroundings = surroundings;
  }

  /** One after the other, as one environment runs them. */
  invoke(event: unknown): Promise<unknown> {
    const running = this.#last.then(() => this.#run(event));
    this.#last = running.catch(() => {});
    return running;
  }

  /** As when a machine dies: nothing is told to anybody. */
  kill(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  async #run(event: unknown): Promise<unknown> {
    const isLoaded = this.#process !== undefined;
    const child = (this.#process ??= this.#start());
    const id = crypto.randomUUID();
    const timeoutMs = this.spec.timeoutSeconds * 1000;
    this.invocations += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const fail = (why: string): void => reject(new InvocationFailed(`${this.spec.file}: ${why}`));
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      timer = setTimeout(() => {
        fail(`timed out after ${this.spec.timeoutSeconds} s`);
        this.kill();
      }, timeoutMs);
    };
    const onMessage = (message: unknown): void => {
      const outcome = message as Outcome; // sent by lambda-runtime.ts alone
      if (outcome.kind === 'ready') begin();
      else if (outcome.id !== id) return;
      else if (outcome.kind === 'answered') resolve(outcome.answer);
      else fail(outcome.error);
    };
    if (isLoaded) begin();
    const onExit = (): void => {
      if (this.#process === child) this.#process = undefined;
      fail('its process ended');
    };
    child.on('message', onMessage).once('exit', onExit);
    const invocation: Invocation = { id, event, timeoutMs, aheadMs: this.#surroundings.aheadMs() };
    child.send(invocation);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
    }
  }

  #start(): ChildProcess {
    const { spec } = this;
    const child = fork(runtime, [String(this.#surroundings.aheadMs())], {
      cwd: spec.folder,
      execArgv: [`--max-old-space-size=${spec.memoryMb}`],
      env: { ...lambdaVariables(spec, this.#surroundings), ...spec.variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (lines: string) => {
        this.log.push(...lines.split('\n').filter((line) => line !== ''));
      });
    }
    child.on('error', () => {}); // told by its end
    return child;
  }
}

/** What Lambda puts into the environment; and nothing else of this machine. */
function lambdaVariables(spec: LambdaSpec, around: Surroundings): Record<string, string> {
  return {
    _HANDLER: spec.handler,
    LAMBDA_TASK_ROOT: spec.folder,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'story',
    AWS_REGION: around.region,
    AWS_DEFAULT_REGION: around.region,
    AWS_ACCESS_KEY_ID: around.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'story',
    AWS_SESSION_TOKEN: 'story',
    AWS_ENDPOINT_URL: around.endpoint,
    STORY_FUNCTION_ARN: spec.arn,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
  };
}
