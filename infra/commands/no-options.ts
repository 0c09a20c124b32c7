import { parseArgs } from 'node:util';

/**
 * For a command that takes no options: false when it shall not run, because it was asked for help or
 * was called with something it does not know. What to say is said then.
 */
export function mayRun(usage: string): boolean {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help !== true) return true;
    console.log(usage);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 1;
  }
  return false;
}
