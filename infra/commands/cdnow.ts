import { readFileSync } from 'node:fs';

/** One order of the file: a line. `date` is ISO without a time, `cents` are of US dollars. */
export type CdnowOrder = {
  /** The shop's five-digit number of the customer. */
  readonly customer: string;
  /** Unique: the customer's number and which of their orders it is. */
  readonly id: string;
  readonly date: string;
  readonly cds: number;
  readonly cents: number;
};

/** The purchase history in test/data, whose README says whose it is and what its columns mean. */
const cdnowFile = new URL('../../test/data/cdnow-sample.txt', import.meta.url);

const line = /^(\d{5})\s+\d{4}\s+(\d{4})(\d\d)(\d\d)\s+(\d+)\s+(\d+)\.(\d\d)$/;

/** All orders in the order of the file: customer by customer, each from the first to the last. */
export function readCdnow(file: URL = cdnowFile): readonly CdnowOrder[] {
  const ordersOf = new Map<string, number>();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((text, index) => {
    const parts = line.exec(text.trim());
    if (parts === null) throw new Error(`Line ${index + 1} is no order: "${text}".`);
    // All seven groups are there, as the pattern has it.
    const [, customer = '', year, month, day, cds, dollars, cents] = parts;
    const count = (ordersOf.get(customer) ?? 0) + 1;
    ordersOf.set(customer, count);
    return {
      customer,
      id: `${customer}-${count}`,
      date: `${year}-${month}-${day}`,
      cds: Number(cds),
      cents: Number(dollars) * 100 + Number(cents),
    };
  });
}

/** A made-up address at a reserved domain (RFC 2606): the file has none. */
export const emailOf = (customer: string): string => `customer-${customer}@example.com`;
