/** What was asked for cannot be done; the message says why and what to do, and needs no stack trace. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
