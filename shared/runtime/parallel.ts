/** Works through the items, at most `width` at a time, and waits for all of them; throws the first failure then. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** The answers of works under way, when all have ended; throws the first failure only then. */
export async function allFinished<Answer>(
  works: readonly Promise<Answer>[],
): Promise<readonly Answer[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
