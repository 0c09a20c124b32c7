import { type PublicApi, postTimeoutMs } from '../../ports/public-api.ts';
import { type PublicPost, publicPost } from '../public-post.ts';

/** The local world's own API, once there is one: without a socket, through the same gateway. */
export class EmbeddedPublicApi implements PublicApi {
  /** Answers the status of a post; rejects where a connection would break. */
  onPost: ((post: PublicPost) => Promise<number>) | undefined;
  readonly #timeoutMs: number;

  constructor(options: { readonly timeoutMs?: number } = {}) {
    this.#timeoutMs = options.timeoutMs ?? postTimeoutMs;
  }

  async post(...call: Parameters<PublicApi['post']>): Promise<number> {
    const post = publicPost(...call);
    if (this.onPost === undefined) throw new Error('There is no API yet.');
    return this.#inTime(this.onPost(post));
  }

  /** In real time, as functions are timed here. */
  #inTime(answer: Promise<number>): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const late = () => reject(new Error(`No answer within ${this.#timeoutMs} ms.`));
      timer = setTimeout(late, this.#timeoutMs);
    });
    return Promise.race([answer, timeout]).finally(() => clearTimeout(timer));
  }
}
