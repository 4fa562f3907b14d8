/** Closes one thing. */
export type Close = () => unknown;

/**
 * Closes all, one after the other, also when some of them fail. The first failure is thrown at the end, unless `quiet`: then
 * another error is under way already, and is the one worth telling.
 */
export async function closeAll(all: readonly Close[], quiet = false): Promise<void> {
  const errors: unknown[] = [];
  for (const close of all) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length && !quiet) throw errors[0];
}

/** All that the openers give, or none: when one fails, those that were opened are closed again. */
export async function openAll<T>(
  openers: readonly (() => T | PromiseLike<T>)[],
  close: (opened: T) => unknown,
): Promise<T[]> {
  const opened: T[] = [];
  try {
    for (const open of openers) opened.push(await open());
  } catch (error) {
    await closeAll(
      opened.map((one) => () => close(one)),
      true,
    );
    throw error;
  }
  return opened;
}
