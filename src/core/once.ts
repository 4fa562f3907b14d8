/** Calls `make` once for each argument and keeps what it gave. */
export function once<A extends string, T>(make: (argument: A) => T): (argument: A) => T {
  const made = new Map<A, T>();
  return (argument) => {
    const known = made.has(argument) ? (made.get(argument) as T) : make(argument);
    made.set(argument, known);
    return known;
  };
}
