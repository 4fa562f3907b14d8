/** Calls `make` once for each argument and keeps what it gave, promises that fail excepted. */
export function once<A extends [key?: unknown], T>(make: (...key: A) => T): (...key: A) => T {
  const made = new Map<unknown, T>();
  return (...key) => {
    if (made.has(key[0])) return made.get(key[0]) as T;
    const value = make(...key);
    made.set(key[0], value);
    if (value instanceof Promise) value.catch(() => made.delete(key[0]));
    return value;
  };
}
