import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsPorts } from '../../../shared/runtime/aws-ports.ts';

const settings = {
  epoch: '1 profiles timeline marketing arn',
  timeZone: 'Europe/Riga',
  sender: 'Shop <news@shop.example>',
  publicUrl: 'https://api.shop.example',
  rulesSettleSeconds: 120,
};

describe('the ports of a function on AWS', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('PERENNIAL_SETTINGS', JSON.stringify(settings));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('are those it is granted, with the company’s settings', () => {
    vi.stubEnv('PERENNIAL_EMAIL', JSON.stringify({ configurationSet: 'perennial' }));
    const ports = awsPorts();
    expect(ports.email.batchSize).toBe(50);
    expect(ports.settings).toEqual({ ...settings, defaultCountry: undefined });
    expect(ports.ids.next()).toHaveLength(26);
  });

  it('say which port is not granted, but only when it is touched', () => {
    const ports = awsPorts();
    expect(() => ports.bus.put([])).toThrow("The port 'bus' is not granted to this function");
    expect(() => ports.email.batchSize).toThrow("The port 'email' is not granted");
  });

  it('refuse a queue that is not granted', async () => {
    vi.stubEnv('PERENNIAL_QUEUES', JSON.stringify({ inputs: 'https://sqs.example/inputs' }));
    const { queue } = awsPorts();
    await expect(queue.send('emails', [{ body: {} }])).rejects.toThrow("'emails' is not granted");
  });

  it.each([
    ['PERENNIAL_SETTINGS', '{"timeZone":"UTC"}'],
    ['PERENNIAL_TABLES', '{"profiles":"p"}'],
    ['PERENNIAL_QUEUES', '{"no-such-queue":"https://sqs.example"}'],
    ['PERENNIAL_TEXT', '{"smsType":"Loud"}'],
    ['PERENNIAL_BUS', 'not JSON'],
  ])('stop a function whose %s is not valid', (name, value) => {
    vi.stubEnv(name, value);
    expect(awsPorts).toThrow(`The environment variable ${name} is not valid.`);
  });
});
