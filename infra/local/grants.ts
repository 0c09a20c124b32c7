import type { Ports } from '../../shared/ports/ports.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { SecretName } from '../../shared/ports/secrets.ts';
import type { Check, Table, TableName, Write } from '../../shared/ports/table.ts';
import type { FunctionRow, Grants } from '../function-row.ts';

/** A function reached for what its row in the manifest does not grant; on AWS it would be an AccessDenied. */
export class NotGranted extends Error {
  override readonly name = 'NotGranted';

  constructor(file: string, wanted: string) {
    super(`${file} is not granted ${wanted}: add it to its row in infra/manifest.ts.`);
  }
}

/** The ports as one function may use them: what IAM does on AWS. */
export function grantedPorts(ports: Ports, row: FunctionRow): Ports {
  const { grants } = row;
  const refuse = (wanted: string): never => {
    throw new NotGranted(row.file, wanted);
  };
  return {
    table: grantedTable(ports.table, grants, refuse),
    queue: {
      send: async (queue, messages) => {
        if (!mayReach<QueueName>(grants.sendsTo, queue)) refuse(`sending to the queue "${queue}"`);
        return ports.queue.send(queue, messages);
      },
    },
    bus: grants.bus ? ports.bus : { put: async () => refuse('the bus') },
    schedules: grants.schedules ? ports.schedules : noSchedules(refuse),
    email: grants.email
      ? ports.email
      : { ...sizesOf(ports.email), send: async () => refuse('the email sender') },
    text: grants.text ? ports.text : { send: async () => refuse('the text sender') },
    push: grants.push ? ports.push : { send: async () => refuse('the push sender') },
    webhook: grants.webhook ? ports.webhook : { send: async () => refuse('the webhook sender') },
    secrets: {
      get: async (name) => {
        if (!mayReach<SecretName>(grants.secrets, name)) refuse(`the secret "${name}"`);
        return ports.secrets.get(name);
      },
    },
    publicApi: grants.publicApi ? ports.publicApi : { post: async () => refuse('the public API') },
    clock: ports.clock,
    ids: ports.ids,
    settings: ports.settings,
  };
}

type Refuse = (wanted: string) => never;

const mayReach = <Name>(granted: readonly Name[] | undefined, name: Name): boolean =>
  granted?.includes(name) ?? false;

const sizesOf = ({ batchSize, batchBytes }: Ports['email']) => ({ batchSize, batchBytes });

function noSchedules(refuse: Refuse): Ports['schedules'] {
  const refused = async () => refuse('the schedules');
  return {
    putSchedule: refused,
    deleteSchedule: refused,
    putListener: refused,
    deleteListener: refused,
  };
}

function grantedTable(
  table: Table,
  { tables: granted = {}, scans, due }: Grants,
  refuse: Refuse,
): Table {
  const read = (name: TableName) => granted[name] ?? refuse(`reading the table "${name}"`);
  const write = (name: TableName) => {
    if (granted[name] !== 'write') refuse(`writing to the table "${name}"`);
  };
  // A condition check needs only the right to read in our grants, as `dynamodb:ConditionCheckItem` does.
  const act = (action: Write | Check) =>
    action.kind === 'check' ? read(action.table) : write(action.table);
  return {
    get: async (name, key, options) => {
      read(name);
      return table.get(name, key, options);
    },
    batchGet: async (name, keys, options) => {
      read(name);
      return table.batchGet(name, keys, options);
    },
    query: async (name, query) => {
      read(name);
      return table.query(name, query);
    },
    scan: async (name, scan) => {
      read(name);
      if (!mayReach<TableName>(scans, name)) refuse(`reading all of the table "${name}"`);
      return table.scan(name, scan);
    },
    due: async (name, query) => {
      read(name);
      if (!mayReach<TableName>(due, name)) refuse(`asking what is due in the table "${name}"`);
      return table.due(name, query);
    },
    write: async (action) => {
      act(action);
      return table.write(action);
    },
    transact: async (actions) => {
      actions.forEach(act);
      return table.transact(actions);
    },
  };
}
