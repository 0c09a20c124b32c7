/** What the company has configured, the same for every function. */
export type Settings = {
  /** Names the life of the tables: another one after they were restored from a backup. */
  readonly epoch: string;
  /** IANA zone of calendar windows, and of people without a zone of their own. */
  readonly timeZone: string;
  /** ISO 3166 country of phone numbers written without a country code; none: such numbers are refused. */
  readonly defaultCountry: string | undefined;
  /** The `From` of every email, `Name <address>` or an address. */
  readonly sender: string;
  /** Where the public API answers, without a slash at the end: links in messages begin with it. */
  readonly publicUrl: string;
  /** How long after the rules' head moved a worker may still decide by older rules, in seconds. */
  readonly rulesSettleSeconds: number;
  /** How many days the timeline keeps what people did; absent: for ever. */
  readonly timelineDays?: number | undefined;
};
