import { gzipSync } from 'node:zlib';
import { account, region } from './lambda-context.ts';

type SentText = { readonly providerId: string; readonly to: string; readonly sentAt: number };

/** What SNS writes to CloudWatch Logs about an SMS, as a subscription hands it to a function. */
export function textStatusEvent(
  { providerId, to, sentAt }: SentText,
  status: 'SUCCESS' | 'FAILURE',
  now: number,
): unknown {
  const record = {
    notification: {
      messageId: providerId,
      timestamp: new Date(sentAt).toISOString().replace('T', ' ').replace('Z', ''),
    },
    delivery: {
      phoneCarrier: 'Local carrier',
      mnc: 1,
      numberOfMessageParts: 1,
      destination: to,
      priceInUSD: 0.05,
      smsType: 'Promotional',
      mcc: 247,
      providerResponse:
        status === 'SUCCESS'
          ? 'Message has been accepted by phone carrier'
          : 'Phone is currently unreachable/unavailable',
      dwellTimeMs: Math.max(0, now - sentAt),
    },
    status,
  };
  const group = `sns/${region}/${account}/DirectPublishToPhoneNumber`;
  const logs = {
    messageType: 'DATA_MESSAGE',
    owner: account,
    logGroup: status === 'SUCCESS' ? group : `${group}/Failure`,
    logStream: 'local',
    subscriptionFilters: ['perennial'],
    logEvents: [{ id: providerId, timestamp: now, message: JSON.stringify(record) }],
  };
  const data = gzipSync(JSON.stringify(logs)).toString('base64');
  return { awslogs: { data } };
}
