import { Resolver } from 'node:dns/promises';
import { type Asked, attempt } from '../asked.ts';
import type { DmarcFacts } from '../checks/dmarc.ts';
import type { DomainFacts, DomainRecords } from '../checks/email-domain.ts';
import { eachOf } from '../pages.ts';

/** What the DNS is asked; a name without such a record has none, which is an answer. */
export type Names = {
  cname(name: string): Promise<readonly string[]>;
  mx(name: string): Promise<readonly string[]>;
  txt(name: string): Promise<readonly string[]>;
};

/** The DNS as this machine sees it. */
export function systemNames(): Names {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  return {
    cname: (name) => noneWhenAbsent(() => resolver.resolveCname(name)),
    mx: (name) =>
      noneWhenAbsent(async () => (await resolver.resolveMx(name)).map(({ exchange }) => exchange)),
    // A long text comes in parts.
    txt: (name) =>
      noneWhenAbsent(async () => (await resolver.resolveTxt(name)).map((parts) => parts.join(''))),
  };
}

async function noneWhenAbsent(call: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
    throw error;
  }
}

export const askRecords = (
  names: Names,
  { dkim, mailFrom }: DomainFacts,
): Promise<Asked<DomainRecords>> =>
  attempt('The DNS did not answer', async () => {
    const found = await eachOf(dkim.records, async ({ name }) => {
      const aliases = await names.cname(name);
      return [name, aliases.length > 0 ? aliases : await names.txt(name)] as const;
    });
    return {
      dkim: Object.fromEntries(found),
      mailFromHosts: mailFrom === undefined ? [] : await names.mx(mailFrom.domain),
      mailFromTexts: mailFrom === undefined ? [] : await names.txt(mailFrom.domain),
    };
  });

/** The domain and those above it, down to two labels. */
export const askDmarc = (names: Names, domain: string): Promise<Asked<DmarcFacts>> =>
  attempt('The DNS did not answer', () =>
    eachOf(treeOf(domain), async (place) => ({
      domain: place,
      records: await names.txt(`_dmarc.${place}`),
    })),
  );

function treeOf(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, place) => labels.slice(place).join('.'));
}
