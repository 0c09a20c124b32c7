/** How long a post is waited for, in ms: as long as the public API itself may take. */
export const postTimeoutMs = 10_000;

/** The installation's own public API, called from outside: by its public name, as websites call it. */
export interface PublicApi {
  /**
   * Posts `body` as JSON, once. Answers the HTTP status, whatever it is: a redirect is not followed, nor
   * is anything tried again. Throws when there is no answer in time, and when `body` is no JSON.
   */
  post(
    path: `/v1/${string}`,
    call: { readonly writeKey: string; readonly body: unknown },
  ): Promise<number>;
}
