import type { WriteStream } from 'node:tty';

/** Calls between two lines where a line cannot be written over. */
const step = 1000;

/** Says how far something is: on a terminal in one line, else in a new line every thousand. */
export function progressLine(
  stdout: Pick<WriteStream, 'isTTY' | 'write'>,
  what: string,
): { readonly show: (done: number, total: number) => void; readonly end: () => void } {
  let nextAt = step;
  return {
    show: (done, total) => {
      const text = `  ${number(done)} of ${number(total)} ${what}`;
      if (stdout.isTTY) return void stdout.write(`\r${text}`);
      if (done < nextAt && done < total) return;
      nextAt = done - (done % step) + step;
      stdout.write(`${text}\n`);
    },
    end: () => {
      if (stdout.isTTY) stdout.write('\n');
    },
  };
}

const number = (value: number): string => value.toLocaleString('en-US');
