import { CsvError, type Info, parse } from 'csv-parse/sync';
import {
  type ListUpload,
  maxUploadRows,
  type RowError,
  rowNames,
  type UploadRow,
} from './static-list-upload.ts';

/** A CSV file as a whole: its rows, or what makes it no list of people. */
export type CsvReading =
  | { readonly ok: true; readonly value: ListUpload }
  | {
      readonly ok: false;
      readonly issues: readonly { readonly path: readonly string[]; readonly message: string }[];
    };

type CsvRecord = { readonly info: Pick<Info, 'lines'>; readonly record: readonly string[] };

const allowed = rowNames.join(', ');
const refused = (path: readonly string[], message: string): CsvReading => ({
  ok: false,
  issues: [{ path, message }],
});

/**
 * Reads what spreadsheets and databases write: UTF-8 with or without a mark, commas, semicolons or tabs,
 * quotes, any line end. The first row says which of the columns is what.
 */
export function readListCsv(text: string): CsvReading {
  const { records, broken } = parseCsv(text);
  const [header, ...rest] = records;
  if (header === undefined) return refused([], `is empty: the first row names ${allowed}`);
  const columns = header.record.map((name) =>
    rowNames.find((known) => known.toLowerCase() === name.toLowerCase()),
  );
  const unknown = header.record.filter((_, index) => columns[index] === undefined);
  if (unknown.length > 0) {
    const named = unknown.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 40)));
    const more = unknown.length > named.length ? ` and ${unknown.length - named.length} more` : '';
    return refused(
      ['header'],
      `has ${named.join(', ')}${more}: the first row names columns of ${allowed}`,
    );
  }
  if (new Set(columns).size < columns.length) {
    return refused(['header'], 'names a column twice: name each once');
  }
  if (rest.length > maxUploadRows) {
    return refused([], `has more than ${maxUploadRows} rows: send them in several uploads`);
  }
  if (rest.length + broken.length === 0) return refused([], 'names nobody: a row each follows');
  const rows: UploadRow[] = [];
  const errors: RowError[] = broken.map(({ line, message }) => ({ row: line, path: '', message }));
  for (const { info, record } of rest) {
    if (record.length > columns.length) {
      const message = `has ${record.length} cells, and the first row names ${columns.length}`;
      errors.push({ row: info.lines, path: '', message });
    } else {
      const cells = columns.map((name, index) => [name, record[index] || undefined]);
      rows.push({ row: info.lines, path: '', given: Object.fromEntries(cells) });
    }
  }
  return { ok: true, value: { rows, errors } };
}

type Broken = { readonly line: number; readonly message: string };

function parseCsv(text: string): {
  readonly records: readonly CsvRecord[];
  readonly broken: readonly Broken[];
} {
  const broken: Broken[] = [];
  let last = 0;
  const records: CsvRecord[] = [];
  parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
    // One more than is taken, and the header.
    to: maxUploadRows + 2,
    on_record: (parsed) => {
      // With `info` the library hands over this shape, which its types do not say of `on_record`.
      const one = parsed as unknown as CsvRecord;
      last = one.info.lines;
      records.push(one);
      return null;
    },
    on_skip: (error) => {
      broken.push({ line: last + 1, message: faultOf(error) });
      return undefined;
    },
  });
  return { records, broken };
}

/** Names of columns hold none of the three, so the first line tells. */
function delimiterOf(text: string): string {
  const line = /^\uFEFF?[\r\n]*([^\r\n]*)/.exec(text)?.[1] ?? '';
  return [';', '\t'].find((delimiter) => line.includes(delimiter)) ?? ',';
}

const faultOf = (error: unknown): string =>
  error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'opens a quote that is never closed: nothing from here on could be read'
    : 'is not CSV: write a quote within a cell twice, and quote the cell';
