/** Lines of text in columns, with a rule under the heads; numbers stand to the right, text to the left. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const texts = rows.map((row) => row.map(cellText));
  const isNumeric = heads.map((_, column) => rows.every((row) => isNumber(row[column] ?? '')));
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('   ')
      .trimEnd();
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...texts.map(line)]
    .map((text) => `  ${text}`)
    .join('\n');
}

const cellText = (cell: string | number): string =>
  typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;

/** Money and shares are numbers too: `1,204.50 USD`, `12.3 %`; an empty cell may stand among them. */
const isNumber = (cell: string | number): boolean =>
  typeof cell === 'number' || /^$|^[\d.,]+ ?(%|[A-Z]{3})?$/.test(cell);
