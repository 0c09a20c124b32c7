import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requestsOf } from '../../../infra/costs/bill.ts';
import { withParts } from '../../../infra/costs/document-parts.ts';
import { quotas } from '../../../infra/costs/quotas.ts';
import { documentParts } from '../../../infra/costs/readme.ts';
import { allWriteUnits } from '../../../infra/costs/requests.ts';
import { deployed, ingest, needs, passSeconds } from '../../../infra/costs/sizing.ts';
import { runShards } from '../../../shared/domain/campaigns/run.ts';
import { dueKinds } from '../../../shared/stores/due-slots.ts';
import { memberShards } from '../../../shared/stores/members.ts';
import { passParts } from '../../../shared/stores/segment-passes.ts';
import { shards } from '../../../shared/stores/shards.ts';
import { keyCopies } from '../../../shared/stores/sources.ts';

const root = new URL('../../../', import.meta.url);

describe('the computed parts of documents', () => {
  it.each(Object.entries(documentParts()))(
    'of %s are as the code computes them (else: npm run costs -- --write)',
    (path, parts) => {
      const document = readFileSync(new URL(path, root), 'utf8');
      expect(document).toBe(withParts(document, parts));
    },
  );

  it('must have their place', () => {
    expect(() => withParts('<!-- other -->\n<!-- end -->', { one: '1' })).toThrow('"one"');
  });
});

describe('the sizing', () => {
  it('goes by the partitions that the code has', () => {
    const slots = [dueKinds.reviews.slots, dueKinds.messages.slots, dueKinds.enrolments.slots];
    const all = [shards, memberShards, runShards, ...slots];
    expect(new Set(all)).toEqual(new Set([deployed.shards]));
    expect(deployed.passParts).toBe(passParts);
    expect(deployed.keyCopies).toBe(keyCopies);
  });

  it('says in its words what its tables compute', () => {
    const document = readFileSync(new URL('infra/sizing.md', root), 'utf8');
    const spaced = (value: number) => value.toLocaleString('en-US').replaceAll(',', ' ');
    const perPartition = quotas.partitionWrites.value;
    for (const words of [
      `the dearest lead there is: ${allWriteUnits(requestsOf('floodLead'))} write units`,
      `takes ${spaced((deployed.shards * perPartition) / 2)} people a second`,
      `takes ${spaced(perPartition)} write units and ${spaced(quotas.partitionReads.value)} read units`,
      `${ingest.concurrency} readers of a\nhundred hold ${spaced(ingest.concurrency * ingest.batch)}`,
    ]) {
      expect(document).toContain(words);
    }
  });

  it('names the tightest limit first', () => {
    const used = needs().map(({ needed, quota }) => needed / quota);
    expect(used).toEqual(used.toSorted((a, b) => b - a));
  });

  it('lets a pass over a hundred times as many people take a hundred times as long', () => {
    expect(passSeconds(1e8)).toBeCloseTo(100 * passSeconds(1e6), 6);
  });
});
