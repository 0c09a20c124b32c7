import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretName, Secrets } from '../../ports/secrets.ts';

/** Secrets Manager, read once per Lambda environment: a secret is fixed at installation. */
export class AwsSecrets implements Secrets {
  readonly #client: SecretsManagerClient;
  readonly #arns: Readonly<Partial<Record<SecretName, string>>>;
  readonly #read = new Map<SecretName, Promise<Uint8Array>>();

  constructor(options: {
    readonly client: SecretsManagerClient;
    readonly arns: Readonly<Partial<Record<SecretName, string>>>;
  }) {
    this.#client = options.client;
    this.#arns = options.arns;
  }

  get(name: SecretName): Promise<Uint8Array> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const reading = this.#fetch(name);
    this.#read.set(name, reading);
    reading.catch(() => this.#read.delete(name)); // a failed read is tried again by the next caller
    return reading;
  }

  async #fetch(name: SecretName): Promise<Uint8Array> {
    const arn = this.#arns[name];
    if (arn === undefined) throw new Error(`The secret '${name}' is not granted here.`);
    const answer = await this.#client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (answer.SecretString !== undefined) return new TextEncoder().encode(answer.SecretString);
    if (answer.SecretBinary !== undefined) return answer.SecretBinary;
    throw new Error(`The secret '${name}' is empty.`);
  }
}
