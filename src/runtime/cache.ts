/**
 * Keys and values of a batch of sequences, in the layout GroupQueryAttention reads: `[batch, heads, capacity, headSize]` a
 * layer.
 */
export interface KeyValueCache {
  readonly batch: number;
  readonly capacity: number;
  /** Past keys and values, layer after layer: key 0, value 0, key 1, ... */
  readonly past: readonly Float32Array[];
  /** Makes room for `rows` rows; true when the arrays were replaced. */
  reserve(rows: number): boolean;
  /** Writes row `from` of a pass's new rows `[S, layers * 2 * heads * headSize]` to place `to` of sequence `slot`. */
  write(rows: Float32Array, from: number, to: number, slot: number): void;
  /** One sequence's share of an array of `past`, in place. */
  share(array: Float32Array, slot: number): Float32Array;
  /** The first `rows` rows of one sequence, by themselves. */
  copy(slot: number, rows: number): KeyValueCache;
}

export interface CacheShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

const SMALLEST = 256;

/** Rows that a cache has room for once so many were needed: it doubles, so that a long output copies each row few times. */
function roomFor(rows: number, from = SMALLEST): number {
  let capacity = from;
  while (capacity < rows) capacity *= 2;
  return capacity;
}

/** Bytes of the cache of one sequence that once had so many rows. */
export const cacheBytes = ({ layers, keyValueHeads, headSize }: CacheShape, rows: number) =>
  roomFor(rows) * layers * 2 * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;

export function createCache(shape: CacheShape, batch = 1): KeyValueCache {
  const { layers, keyValueHeads, headSize } = shape;
  const width = layers * 2 * keyValueHeads * headSize;
  let capacity = SMALLEST;
  let past: Float32Array[] = [];
  const allocate = () =>
    Array.from({ length: layers * 2 }, () => new Float32Array(batch * keyValueHeads * capacity * headSize));
  past = allocate();

  const self: KeyValueCache = {
    batch,
    get capacity() {
      return capacity;
    },
    get past() {
      return past;
    },
    reserve(rows) {
      if (rows <= capacity) return false;
      const before = capacity * headSize;
      const old = past;
      capacity = roomFor(rows, capacity);
      past = allocate();
      past.forEach((grown, i) => {
        for (let head = 0; head < batch * keyValueHeads; head++)
          grown.set(old[i].subarray(head * before, (head + 1) * before), head * capacity * headSize);
      });
      return true;
    },
    write(rows, from, to, slot) {
      let at = from * width;
      for (const array of past) {
        for (let head = 0; head < keyValueHeads; head++, at += headSize) {
          const place = ((slot * keyValueHeads + head) * capacity + to) * headSize;
          for (let i = 0; i < headSize; i++) array[place + i] = rows[at + i];
        }
      }
    },
    share: (array, slot) =>
      array.subarray((slot * array.length) / batch, ((slot + 1) * array.length) / batch),
    copy(slot, rows) {
      const single = createCache(shape);
      single.reserve(rows);
      single.past.forEach((array, i) => {
        const own = self.share(past[i], slot);
        for (let head = 0; head < keyValueHeads; head++) {
          const from = head * capacity * headSize;
          array.set(own.subarray(from, from + rows * headSize), head * single.capacity * headSize);
        }
      });
      return single;
    },
  };
  return self;
}
