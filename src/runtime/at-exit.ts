const works: (() => void)[] = [];

/** Does something when the process ends; it cannot wait for anything then. */
export function atExit(work: () => void): void {
  // One listener for all: with one each, Node would warn of a leak.
  if (works.length === 0)
    process.once("exit", () => {
      for (const one of works) one();
    });
  works.push(work);
}
