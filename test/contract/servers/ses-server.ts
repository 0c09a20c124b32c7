/**
 * aws-ses-v2-local for one test run: `node ses-server.ts HOST PORT`. It ends with whoever holds the other end
 * of its stdin.
 */
import { createRequire } from 'node:module';

// A CommonJS package, whose default export Node and its types see differently.
const { default: start } = createRequire(import.meta.url)(
  'aws-ses-v2-local',
) as typeof import('aws-ses-v2-local');

const [host = '127.0.0.1', port = '0'] = process.argv.slice(2);
process.stdin.on('end', () => process.exit(0)).resume();
await start({ host, port: Number(port) });
