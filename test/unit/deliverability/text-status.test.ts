import { describe, expect, it } from 'vitest';
import { readTextStatus } from '../../../shared/domain/deliverability/text-status.ts';

/** As the developer guide of SNS shows it. */
const record = {
  notification: {
    messageId: '34d9b400-c6dd-5444-820d-fbeb0f1f54cf',
    timestamp: '2016-06-28 00:40:34.558',
  },
  delivery: {
    phoneCarrier: 'My Phone Carrier',
    mnc: 270,
    numberOfMessageParts: 1,
    destination: '+1XXX5550100',
    priceInUSD: 0.00645,
    smsType: 'Transactional',
    mcc: 310,
    providerResponse: 'Message has been accepted by phone carrier',
    dwellTimeMs: 599,
    dwellTimeMsUntilDeviceAck: 1344,
  },
  status: 'SUCCESS',
};

describe('a record of an SMS', () => {
  it('says of which sending it is, when, what came of it, and the price', () => {
    expect(readTextStatus(JSON.stringify(record))).toEqual({
      providerId: '34d9b400-c6dd-5444-820d-fbeb0f1f54cf',
      delivered: true,
      detail: 'Message has been accepted by phone carrier',
      at: '2016-06-28T00:40:35.157Z',
      price: '0.00645',
    });
  });

  it('need not say the price, nor the reason', () => {
    const failed = { ...record, delivery: {}, status: 'FAILURE' };
    expect(readTextStatus(JSON.stringify(failed))).toMatchObject({
      delivered: false,
      detail: 'FAILURE',
      price: undefined,
    });
  });

  it.each(['START RequestId', '{}', JSON.stringify({ ...record, status: 'UNKNOWN' })])(
    'is not %s',
    (text) => {
      expect(readTextStatus(text)).toBeUndefined();
    },
  );
});
