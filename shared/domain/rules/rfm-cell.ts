/** The cells of the map of recency against frequency and money, best first. */
export const rfmCells = [
  'Champions',
  'Loyal',
  'Potential loyalists',
  'New',
  'Promising',
  'Need attention',
  'About to sleep',
  'At risk',
  'Cannot lose',
  'Hibernating',
  'Lost',
] as const;

export type RfmCell = (typeof rfmCells)[number];
