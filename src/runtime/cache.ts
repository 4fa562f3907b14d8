/** Keys and values of one sequence, in the layout GroupQueryAttention reads: `[1, heads, capacity, headSize]` a layer. */
export interface KeyValueCache {
  readonly capacity: number;
  /** Past keys and values, layer after layer: key 0, value 0, key 1, ... */
  readonly past: readonly Float32Array[];
  /** Makes room for `rows` rows; true when the arrays were replaced. */
  reserve(rows: number): boolean;
  /** Writes row `from` of a pass's new rows `[S, layers * 2 * heads * headSize]` to place `to`. */
  write(rows: Float32Array, from: number, to: number): void;
  copy(): KeyValueCache;
}

export interface CacheShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

const SMALLEST = 256;

export function createCache(shape: CacheShape, source?: KeyValueCache): KeyValueCache {
  const { layers, keyValueHeads, headSize } = shape;
  const width = layers * 2 * keyValueHeads * headSize;
  let capacity = source?.capacity ?? SMALLEST;
  let past = source
    ? source.past.map((array) => array.slice())
    : Array.from({ length: layers * 2 }, () => new Float32Array(keyValueHeads * capacity * headSize));

  const self: KeyValueCache = {
    get capacity() {
      return capacity;
    },
    get past() {
      return past;
    },
    reserve(rows) {
      if (rows <= capacity) return false;
      const before = capacity;
      while (capacity < rows) capacity *= 2;
      past = past.map((array) => {
        const grown = new Float32Array(keyValueHeads * capacity * headSize);
        for (let head = 0; head < keyValueHeads; head++) {
          grown.set(
            array.subarray(head * before * headSize, (head + 1) * before * headSize),
            head * capacity * headSize,
          );
        }
        return grown;
      });
      return true;
    },
    write(rows, from, to) {
      let at = from * width;
      for (const array of past) {
        for (let head = 0; head < keyValueHeads; head++, at += headSize) {
          const place = (head * capacity + to) * headSize;
          for (let i = 0; i < headSize; i++) array[place + i] = rows[at + i];
        }
      }
    },
    copy: () => createCache(shape, self),
  };
  return self;
}
