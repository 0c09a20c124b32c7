import { jwtVerify, SignJWT } from 'jose';
import type { RequestOptions } from './world-request.ts';

const issuer = 'https://local.perennial';
const audience = 'perennial-admin';

/** The JWT authoriser in front of `/admin`, with tokens the world signs itself. They do not expire. */
export class Authorizer {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** A person's token; another name is another person. Unless groups are named, an admin's. */
  adminToken(name = 'local-admin', groups: readonly string[] = ['admin']): Promise<string> {
    return new SignJWT({ 'cognito:groups': groups, token_use: 'access' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(name)
      .setIssuer(issuer)
      .setAudience(audience)
      .sign(this.#secret);
  }

  /** The token of the person of a name, of the world's own admin, or none. */
  async tokenFor({ admin = false, groups }: Pick<RequestOptions, 'admin' | 'groups'>) {
    if (admin === false) return undefined;
    return this.adminToken(admin === true ? undefined : admin, groups);
  }

  /** What API Gateway puts under `requestContext.authorizer`; undefined when the bearer is not let in. */
  async authorize(
    authorization: string | undefined,
    nowMs: number,
  ): Promise<Record<string, unknown> | undefined> {
    const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const options = { issuer, audience, algorithms: ['HS256'], currentDate: new Date(nowMs) };
    const verified = await jwtVerify(token, this.#secret, options).catch(() => undefined);
    if (!verified) return undefined;
    const claims = Object.entries(verified.payload).map(([name, value]) => [
      name,
      claimText(value),
    ]);
    return { jwt: { claims: Object.fromEntries(claims), scopes: null } };
  }
}

/** API Gateway hands every claim over as text, and an array as `[a b]`. */
const claimText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
};
