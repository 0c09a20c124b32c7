/** The installation's own public API, called from outside: by its public name, as websites call it. */
export interface PublicApi {
  /** Answers the HTTP status; throws when there is no answer. */
  post(
    path: `/v1/${string}`,
    call: { readonly writeKey: string; readonly body: unknown },
  ): Promise<number>;
}
