import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  CfnTable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../shared/ports/table.ts';

/** Logical ids never change: a changed one would make CloudFormation replace the table. */
const logicalIds: Readonly<Record<TableName, string>> = {
  profiles: 'ProfilesTable',
  timeline: 'TimelineTable',
  marketing: 'MarketingTable',
};

/** The three tables: retained, protected, restorable to any second of the last 35 days. */
export class Data extends Construct {
  readonly tables: Readonly<Record<TableName, Table>>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.tables = {
      profiles: this.#table('profiles'),
      timeline: this.#table('timeline'),
      marketing: this.#table('marketing'),
    };
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
    if (!(table.node.defaultChild instanceof CfnTable)) throw new Error('A table has no resource.');
    table.node.defaultChild.overrideLogicalId(logicalIds[name]);
    return table;
  }
}

function text(name: string): { readonly name: string; readonly type: AttributeType } {
  return { name, type: AttributeType.STRING };
}
