import type { Assumptions } from './assumptions.ts';
import { costOf, unitsOf } from './bill.ts';
import type { Activity } from './counted.ts';
import { unitPrices } from './prices.ts';

/** USD for one piece of work at the prices here, what it leaves in the tables included and traces not. */
export const unitCosts = (activity: Activity, assumed: Assumptions): number =>
  costOf(unitsOf({ activity, times: 1 }, assumed), unitPrices());
