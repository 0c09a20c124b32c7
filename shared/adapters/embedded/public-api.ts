import type { PublicApi } from '../../ports/public-api.ts';

/** The local world's own API, once there is one: without a socket, through the same gateway. */
export class EmbeddedPublicApi implements PublicApi {
  onPost: PublicApi['post'] | undefined;

  async post(...call: Parameters<PublicApi['post']>): Promise<number> {
    if (this.onPost === undefined) throw new Error('There is no API yet.');
    return this.onPost(...call);
  }
}
