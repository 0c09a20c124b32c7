import type { Clock } from '../../shared/ports/clock.ts';
import type { Settings } from '../../shared/ports/settings.ts';
import type { Authorizer } from './authorizer.ts';
import type { EmbeddedPorts } from './embedded-ports.ts';
import type { Failures } from './failures.ts';
import type { GiveFeedback } from './feedback.ts';
import type { Machinery } from './machinery.ts';

/** What the pages of the local world look at and act on. */
export type LocalWorld = {
  readonly embedded: EmbeddedPorts;
  readonly machinery: Machinery;
  readonly failures: Failures;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly advance: (by: string) => Promise<string>;
  readonly feedback: GiveFeedback;
  readonly authorizer: Pick<Authorizer, 'adminToken' | 'authorize'>;
};
