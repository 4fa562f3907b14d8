/** Calls `make` once for each argument and keeps what it gave, promises that fail excepted. */
export function once<A extends [key?: unknown], T>(make: (...key: A) => T): (...key: A) => T {
  const made = new Map<unknown, T>();
  return (...key) => {
    const known = made.has(key[0]) ? (made.get(key[0]) as T) : make(...key);
    if (!made.has(key[0]) && known instanceof Promise) known.catch(() => made.delete(key[0]));
    made.set(key[0], known);
    return known;
  };
}
