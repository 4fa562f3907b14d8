import { chain } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { inVocabulary, roomIn } from "./bounds.js";

export interface CopyOptions {
  /**
   * How far back to copy from, in tokens: the first that lies within the output is taken. Left out: the strides of the
   * modality's grid, slowest axis first, which for a picture means the token above, else the one to the left.
   */
  readonly offsets?: readonly number[];
  /** What stands where nothing can be copied from yet; without it nothing is proposed there. */
  readonly blank?: Token;
}

/**
 * Copies a neighbour: the token above, to the left, in the frame before. Without weights; a good filler for Jacobi decoding.
 * Proposes nothing before the grid starts (`Encoded.lead`).
 *
 * @example
 * jacobi({ window: 32, filler: copy({ blank: 0 }) });
 */
export const copy = ({ offsets: given, blank }: CopyOptions = {}): Drafter => ({
  name: "copy",
  async start({ encoded, model: { vocabularySize } }) {
    const { lead = 0, grid = [] } = encoded;
    const offsets = given ?? strides(grid);
    return {
      propose({ output, budget }) {
        const room = output.length >= lead ? roomIn(budget) : 0;
        const drafted: Token[] = [];
        while (drafted.length < room) {
          const place = output.length + drafted.length;
          const from = place - (offsets.find((offset) => offset <= place - lead) ?? place + 1);
          const token =
            from < output.length ? (from < 0 ? blank : output[from]) : drafted[from - output.length];
          if (token === undefined) break;
          drafted.push(token);
        }
        return chain(inVocabulary(drafted, vocabularySize));
      },
    };
  },
});

/** Tokens between neighbours along each axis of a grid; a sequence without one counts as a single axis. */
function strides(grid: readonly number[]): number[] {
  const sizes = grid.slice(1).concat(1);
  return sizes.map((_, axis) => sizes.slice(axis).reduce((product, size) => product * size, 1));
}
