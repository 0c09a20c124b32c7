const leftOut = (): never => {
  throw new Error('Event streams are left out of bundles: see infra/constructs/bundle.ts.');
};

/** Stands in bundles for what reads event streams: no call of ours has one, and every client carries it. */
export class EventStreamSerde {
  constructor() {
    leftOut();
  }
}

export const eventStreamSerdeProvider = leftOut;
