import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../shared/ports/table.ts';
import type { RestoredTables } from '../restored-tables.ts';
import { pin } from './pin.ts';

/** Logical ids never change: a changed one would make CloudFormation replace the table. */
const logicalIds: Readonly<Record<TableName, string>> = {
  profiles: 'ProfilesTable',
  timeline: 'TimelineTable',
  marketing: 'MarketingTable',
};

export type DataProps = { readonly restored: RestoredTables | undefined };

/**
 * The three tables: retained, protected, restorable to any second of the last 35 days. Where tables
 * restored from a backup take their place, the stack's own stay as they are, in the template and out
 * of use: what was written to them is kept, and they can be restored from again.
 */
export class Data extends Construct {
  readonly tables: Readonly<Record<TableName, Table | ITable>>;

  constructor(scope: Construct, id: string, { restored }: DataProps) {
    super(scope, id);
    const own = {
      profiles: this.#table('profiles'),
      timeline: this.#table('timeline'),
      marketing: this.#table('marketing'),
    };
    this.tables =
      restored === undefined
        ? own
        : {
            profiles: this.#restored('profiles', restored),
            timeline: this.#restored('timeline', restored),
            marketing: this.#restored('marketing', restored),
          };
  }

  /** A restored table's stream has a time of its own in its ARN, which nothing else tells. */
  #restored(name: TableName, restored: RestoredTables): ITable {
    const { dueIndex, stream } = tableDefinitions[name];
    return Table.fromTableAttributes(this, `restored-${name}`, {
      tableName: restored[name],
      globalIndexes: dueIndex === undefined ? [] : [dueIndex.name],
      ...(stream && {
        tableStreamArn: Stack.of(this).formatArn({
          service: 'dynamodb',
          resource: 'table',
          resourceName: `${restored[name]}/stream/${restored.timelineStream}`,
        }),
      }),
    });
  }

  #table(name: TableName): Table {
    const definition = tableDefinitions[name];
    const table = new Table(this, name, {
      partitionKey: text(definition.partitionKey),
      ...(definition.sortKey !== undefined && { sortKey: text(definition.sortKey) }),
      ...(definition.stream && { stream: StreamViewType.NEW_IMAGE }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      timeToLiveAttribute: definition.timeToLiveAttribute,
    });
    if (definition.dueIndex !== undefined) {
      table.addGlobalSecondaryIndex({
        indexName: definition.dueIndex.name,
        partitionKey: text(definition.dueIndex.partitionKey),
        sortKey: text(definition.dueIndex.sortKey),
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    pin(table, logicalIds[name]);
    return table;
  }
}

function text(name: string): { readonly name: string; readonly type: AttributeType } {
  return { name, type: AttributeType.STRING };
}
