import { describe, expect, it } from 'vitest';
import { askDmarc, askRecords, type Names } from '../../../infra/doctor/account/names.ts';
import { known } from '../../../infra/doctor/asked.ts';

describe('what the DNS answers the doctor', () => {
  const domain = {
    domain: 'news.shop.example',
    isVerified: true,
    dkim: {
      status: 'SUCCESS',
      isSigning: true,
      records: ['a', 'b'].map((token) => ({
        name: `${token}._domainkey`,
        target: `${token}.zone`,
      })),
    },
    mailFrom: { domain: 'mail.shop.example', status: 'SUCCESS', rejectsOnFailure: false },
  };
  const names: Names = {
    cname: async (name) => (name.startsWith('a.') ? ['a.zone'] : []),
    mx: async (name) => [`mx of ${name}`],
    txt: async (name) => [`text of ${name}`],
  };

  it('is an alias, or what stands in its place, and the records of MAIL FROM', async () => {
    expect(await askRecords(names, domain)).toEqual(
      known({
        dkim: { 'a._domainkey': ['a.zone'], 'b._domainkey': ['text of b._domainkey'] },
        mailFromHosts: ['mx of mail.shop.example'],
        mailFromTexts: ['text of mail.shop.example'],
      }),
    );
  });

  it('is asked for DMARC at the domain and above it, but not at the top', async () => {
    expect(await askDmarc(names, 'news.shop.example')).toEqual(
      known([
        { domain: 'news.shop.example', records: ['text of _dmarc.news.shop.example'] },
        { domain: 'shop.example', records: ['text of _dmarc.shop.example'] },
      ]),
    );
  });

  it('may be nothing at all, which is not the same as no record', async () => {
    const silent = { ...names, txt: () => Promise.reject(new Error('queryTxt ETIMEOUT')) };
    expect(await askDmarc(silent, 'shop.example')).toMatchObject({
      kind: 'unknown',
      why: 'The DNS did not answer: queryTxt ETIMEOUT',
    });
  });
});
