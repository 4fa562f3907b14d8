/** Features of a sequence's committed tokens, by place: kept beside its cache, so that whoever comes later sees them, too. */
export interface FeatureRows {
  /** Room for a place's row: what is written there stays until the place gets another one. */
  write(place: number, row: Float32Array): void;
  /** A copy. */
  read(place: number): Float32Array;
  /** The first `count` rows by themselves. */
  copy(count: number): FeatureRows;
}

const SMALLEST = 64;

/** @param width numbers of a row */
export function featureRows(width: number, start = new Float32Array(SMALLEST * width)): FeatureRows {
  let rows = start;
  return {
    write(place, row) {
      const end = (place + 1) * width;
      if (end > rows.length) {
        const larger = new Float32Array(Math.max(end, 2 * rows.length));
        larger.set(rows);
        rows = larger;
      }
      rows.set(row, place * width);
    },
    read: (place) => rows.slice(place * width, (place + 1) * width),
    copy: (count) => featureRows(width, rows.slice(0, Math.max(SMALLEST, count) * width)),
  };
}

/** Bytes of the features of a sequence that has so many rows, about. */
export const featureBytes = (
  { features = {} }: { readonly features?: Readonly<Record<string, number>> },
  rows: number,
) => Object.values(features).reduce((sum, width) => sum + width, 0) * rows * Float32Array.BYTES_PER_ELEMENT;
