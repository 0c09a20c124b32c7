import type { TableName } from '../../../shared/ports/table.ts';
import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';

export type TableFacts = {
  readonly table: TableName;
  /** DynamoDB's name. */
  readonly name: string;
  /** ACTIVE, UPDATING... */
  readonly status: string;
  readonly isProtected: boolean;
  /** Whether it is encrypted by a key of KMS: of AWS's, or of the company's. */
  readonly isEncryptedByKms: boolean;
  readonly hasStream: boolean;
  readonly needsStream: boolean;
  readonly bytes: number;
  readonly items: number;
  /** Whether it can be put back as it was at any second of the last 35 days. */
  readonly isRestorable: Asked<boolean>;
  /** The attribute by which items expire; undefined: none do. */
  readonly expiresBy: Asked<string | undefined>;
  readonly shouldExpireBy: string;
};

export const checkTable = (table: TableName, asked: Asked<TableFacts>): readonly Finding[] =>
  judged(`table ${table}`, asked, (facts) => {
    const told = [
      ...ownFindings(facts),
      ...judged(`table ${table}`, facts.isRestorable, (isRestorable) =>
        isRestorable ? [] : [restoreFinding(facts)],
      ),
      ...judged(`table ${table}`, facts.expiresBy, (attribute) =>
        attribute === facts.shouldExpireBy ? [] : [expiryFinding(facts)],
      ),
    ];
    return told.length > 0
      ? told
      : ok(
          `table ${table}`,
          `Protected, restorable, encrypted; ${facts.items.toLocaleString('en-US')} items, ${sizeText(facts.bytes)}.`,
        );
  });

function ownFindings(facts: TableFacts): readonly Finding[] {
  const { table, name, status } = facts;
  const check = `table ${table}`;
  const findings: Finding[] = [];
  if (status !== 'ACTIVE' && status !== 'UPDATING') {
    findings.push(wrong(check, `It is ${status}.`, 'See the DynamoDB console.'));
  }
  if (!facts.isProtected) {
    findings.push(
      wrong(
        check,
        'It can be deleted by one command.',
        command(
          'Protect it:',
          `aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`,
        ),
      ),
    );
  }
  if (facts.needsStream && !facts.hasStream) {
    findings.push(
      wrong(
        check,
        'Its stream is off: nothing that people do starts a campaign.',
        command(
          'Switch it on. It is another stream then: make the mapping of publish-timeline read it, and publish again what happened since (output RepublishCommand):',
          `aws dynamodb update-table --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE`,
        ),
      ),
    );
  }
  if (!facts.isEncryptedByKms) {
    findings.push(
      warning(
        check,
        'It is encrypted by a key that AWS owns and shows in no log.',
        command(
          'Have it encrypted by a key of KMS:',
          `aws dynamodb update-table --table-name ${name} --sse-specification Enabled=true,SSEType=KMS`,
        ),
      ),
    );
  }
  return findings;
}

const restoreFinding = ({ table, name }: TableFacts): Finding =>
  wrong(
    `table ${table}`,
    'Point-in-time recovery is off: what is deleted by mistake is lost.',
    command(
      'Switch it on:',
      `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
    ),
  );

const expiryFinding = ({ table, name, shouldExpireBy }: TableFacts): Finding =>
  warning(
    `table ${table}`,
    'Nothing in it expires: what has had its time is kept and paid for.',
    command(
      'Switch it on:',
      `aws dynamodb update-time-to-live --table-name ${name} --time-to-live-specification Enabled=true,AttributeName=${shouldExpireBy}`,
    ),
  );

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];

export function sizeText(bytes: number): string {
  const power = bytes <= 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : Number(value.toPrecision(3))} ${units[power]}`;
}
