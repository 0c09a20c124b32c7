/** Pages that are read at the most: an account with more is told of what was read. */
const maxPages = 50;

/** All rows of a list that comes in pages; `isMore`: it goes on beyond what is read. */
export async function allPages<Row>(
  read: (token: string | undefined) => Promise<{
    readonly rows: readonly Row[] | undefined;
    readonly next: string | undefined;
  }>,
  most = maxPages,
): Promise<{ readonly rows: readonly Row[]; readonly isMore: boolean }> {
  const rows: Row[] = [];
  let token: string | undefined;
  for (let page = 1; page <= most; page += 1) {
    const answer = await read(token);
    rows.push(...(answer.rows ?? []));
    token = answer.next;
    if (token === undefined || token === '') return { rows, isMore: false };
  }
  return { rows, isMore: true };
}

/** Calls at once, at the most: a doctor that is throttled tells nothing. */
const parallelCalls = 8;

/** The answers in the order of what was asked, a few at a time. */
export async function eachOf<One, Answer>(
  all: readonly One[],
  call: (one: One) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < all.length; start += parallelCalls) {
    answers.push(...(await Promise.all(all.slice(start, start + parallelCalls).map(call))));
  }
  return answers;
}
