/** Stands in bundles for what reads event streams: no call of ours has one, and the clients carry it for all. */
export class EventStreamSerde {
  constructor() {
    throw new Error('Event streams are left out of bundles: see infra/constructs/bundle.ts.');
  }
}

export const eventStreamSerdeProvider = (): never => {
  throw new Error('Event streams are left out of bundles: see infra/constructs/bundle.ts.');
};
