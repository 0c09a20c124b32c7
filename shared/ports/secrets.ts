/** `link-signing`: signs the links in messages. At least 32 random bytes, made at installation, never logged. */
export type SecretName = 'link-signing';

export interface Secrets {
  get(name: SecretName): Promise<Uint8Array>;
}
