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

/**
 * The name of each cell by recency score (rows, 1 first) and by the mean of frequency and monetary
 * score (columns, 1 first). Names and ranges are those of the eleven-segment map in wide use (Putler,
 * "RFM Analysis for Successful Customer Segmentation", 2017; the R package `rfm` tests itself with ten of them):
 *
 *     name                  recency  frequency and money   here
 *     Champions             4-5      4-5                   5 x 4-5
 *     Loyal                 2-5      3-5                   3-4 x 4-5
 *     Potential loyalists   3-5      1-3                   4-5 x 2-3
 *     New                   4-5      0-1                   5 x 1
 *     Promising             3-4      0-1                   4 x 1
 *     Need attention        2-3      2-3                   3 x 3
 *     About to sleep        2-3      0-2                   3 x 1-2
 *     At risk               0-2      2-5                   2 x 3-5, 1 x 3
 *     Cannot lose           0-1      4-5                   1 x 4-5
 *     Hibernating           1-2      1-2                   2 x 1-2, 1 x 2
 *     Lost                  0-2      0-2                   1 x 1
 *
 * The published ranges overlap nearly everywhere (4 x 4 is three of them); here every cell has one name,
 * one whose range holds it. Of two names, the better goes to the more recent: the most recent fifth are
 * Champions and New, the next are Loyal and Promising; who has been away longest is Lost, or not to be
 * lost, before they are Hibernating or At risk.
 */
const cellNames = [
  ['Lost', 'Hibernating', 'At risk', 'Cannot lose', 'Cannot lose'],
  ['Hibernating', 'Hibernating', 'At risk', 'At risk', 'At risk'],
  ['About to sleep', 'About to sleep', 'Need attention', 'Loyal', 'Loyal'],
  ['Promising', 'Potential loyalists', 'Potential loyalists', 'Loyal', 'Loyal'],
  ['New', 'Potential loyalists', 'Potential loyalists', 'Champions', 'Champions'],
] as const satisfies readonly (readonly RfmCell[])[];

/** One score for frequency and money together: their mean, a half rounded up. */
export const frequencyMonetaryScore = (frequency: number, monetary: number): number =>
  Math.round((frequency + monetary) / 2);

/** The name of a cell of the map; scores are 1 to 5. */
export function rfmCellAt(recency: number, frequencyMonetary: number): RfmCell {
  const cell = cellNames[recency - 1]?.[frequencyMonetary - 1];
  if (cell === undefined) throw new RangeError('Scores are 1 to 5');
  return cell;
}
