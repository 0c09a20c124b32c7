import { App } from 'aws-cdk-lib';
import { ConfigError } from './config.ts';
import { addPerennial } from './perennial.ts';

// What `cdk` runs. A wrong configuration is the reader's to repair: it needs no stack trace.
try {
  addPerennial(new App());
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
