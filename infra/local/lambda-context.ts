import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { FunctionRow } from '../function-row.ts';

/** The region and account that stand in every local ARN. */
export const region = 'local';
export const account = '000000000000';

/** `functions/http/public.ts` runs as `perennial-http-public`. */
const functionName = (file: string): string =>
  file
    .replace(/^functions\//, 'perennial-')
    .replace(/\.ts$/, '')
    .replaceAll('/', '-');

/** Lambda's context. The remaining time is real time, whatever the world's clock says. */
export function lambdaContext(row: FunctionRow): Context {
  const name = functionName(row.file);
  const endsAtMs = performance.now() + row.timeoutSeconds * 1000;
  const unsupported = (): never => {
    throw new Error('Callback-style completion is not supported by the Node.js 24 runtime.');
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
    memoryLimitInMB: String(row.memoryMb),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAtMs - performance.now())),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}
