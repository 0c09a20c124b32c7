import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { OtherLayout } from '../../shared/adapters/embedded/database.ts';
import { DirectoryInUse } from '../local/directory-lock.ts';
import { closeServer, listenOn } from '../local/http-server.ts';
import { openWorld, type World } from '../local/world.ts';
import { demoLead, hasDemo, makeSource, seedDemo } from './demo-data.ts';
import {
  asksForHelp,
  type StartOptions,
  startOptions,
  usage,
  WrongUsage,
} from './start-options.ts';

const directory = '.perennial';
const keyFile = join(directory, 'write-key');

/** `npm start`: the whole system in one process, on a port of this machine. */
async function start(): Promise<void> {
  const options = startOptions(process.argv.slice(2), process.env);
  // Before the data are opened: they may belong to a world that is running on that port.
  await refuseTakenPort(options.port);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const world = await openWorld({
    clock: options.clock,
    directory: options.inMemory ? undefined : directory,
    hostile: options.hostile,
    settings: {
      ...(options.timeZone && { timeZone: options.timeZone }),
      ...(options.country && { defaultCountry: options.country }),
    },
    onFailure: ({ at, file, error }) => console.error(`${at} ${file} failed: ${error}`),
  });
  try {
    const url = await world.listen(options.port);
    const writeKey = await seeded(world, options);
    writePrivately('world.json', JSON.stringify({ url, writeKey, adminToken: world.adminToken }));
    console.log(greeting({ url, writeKey, adminToken: world.adminToken }, options));
  } catch (error) {
    await world.close();
    throw error;
  }
  closeOnSignals(world);
}

async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  await listenOn(server, port);
  await closeServer(server);
}

/** The write key: the one of the last start when the data are still there, for it is stored only hashed. */
async function seeded(world: World, options: StartOptions): Promise<string> {
  if (!options.isEmpty && !(await hasDemo(world))) await seedDemo(world);
  if (!options.inMemory && existsSync(keyFile)) return readFileSync(keyFile, 'utf8').trim();
  const writeKey = options.isEmpty
    ? await makeSource(world, 'default', 'Default')
    : await makeSource(world, 'demo', 'Demo site');
  if (!options.inMemory) writePrivately('write-key', writeKey);
  return writeKey;
}

const writePrivately = (name: string, text: string): void =>
  writeFileSync(join(directory, name), `${text}\n`, { mode: 0o600 });

type Access = { readonly url: string; readonly writeKey: string; readonly adminToken: string };

function greeting({ url, writeKey, adminToken }: Access, options: StartOptions): string {
  const lines = [
    '',
    `  Perennial is growing at ${url}`,
    '',
    `  inbox and clock   ${url}/local`,
    `  admin API         ${url}/admin/openapi.json`,
    `  data              ${options.inMemory ? 'in memory' : `${directory}/`}`,
    `  clock             ${options.clock === 'system' ? 'real' : `virtual, from ${options.clock}`}`,
    `  write key         ${writeKey}`,
    `  admin token       ${adminToken}`,
  ];
  if (options.isEmpty) return [...lines, ''].join('\n');
  return [
    ...lines,
    '',
    '  Send a lead, then look into the inbox:',
    '',
    `  curl ${url}/v1/leads -u ${writeKey}: \\`,
    `    -H 'content-type: application/json' \\`,
    `    -d '${JSON.stringify(demoLead)}'`,
    '',
  ].join('\n');
}

function closeOnSignals(world: World): void {
  let isClosing = false;
  const close = () => {
    // A second signal does not wait.
    if (isClosing) process.exit(130);
    isClosing = true;
    world.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', close);
  process.on('SIGTERM', close);
}

function fail(error: unknown): never {
  console.error(failureText(error));
  process.exit(1);
}

/** What went wrong, in one line where the cause is known. */
function failureText(error: unknown): string {
  if (error instanceof WrongUsage) return `${error.message}\n\n${usage}`;
  if (error instanceof DirectoryInUse) return error.message;
  if (error instanceof OtherLayout) {
    return `${error.message} Delete ${directory}/ to start anew, or take that version again.`;
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const port = process.env['PORT'] ?? '8787';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken: set PORT to another one, or to 0 for any that is free.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return `${directory}/ cannot be written to: ${error instanceof Error ? error.message : ''}`;
    case 'ERR_SQLITE_ERROR':
      return `The data in ${directory}/ cannot be opened: ${error instanceof Error ? error.message : ''}`;
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

if (asksForHelp(process.argv.slice(2))) console.log(usage);
else start().catch(fail);
