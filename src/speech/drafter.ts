import type { Distribution } from "../core/distribution.js";
import { usage } from "../core/errors.js";
import { chain } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { roomIn } from "../drafters/bounds.js";
import { reference } from "../drafters/reference.js";
import { createStep, type NextUnit, type Place } from "./follow-step.js";
import type { SpeechManifest } from "./manifest.js";
import type { SpeechEncoded } from "./modality.js";
import type { Reader } from "./reader.js";

/** A score no token can win with: e to this is zero. */
const IMPOSSIBLE = -1e30;

/**
 * Follows the voice through the text: knows at which phone it is and how long it has been there, and guesses the next units
 * from that and the last few. A step costs some ten microseconds: no pass of any model.
 */
export function follow(
  reader: Reader,
  tables: Readonly<Record<string, Float32Array>>,
  manifest: SpeechManifest,
): Drafter<SpeechEncoded> {
  if (!manifest.follow) throw usage(`the voice "${manifest.name}" has no tables for the drafter "follow"`);
  const step = createStep(tables, manifest.follow, manifest.units.end);
  return {
    name: "follow",
    async start({ encoded }) {
      const text = await reader.states(encoded.phones);
      let place = step.start;
      let known = 0;
      /** Where the guesses of the last round would have led. */
      let ahead: { tokens: readonly Token[]; places: readonly Place[] } = { tokens: [], places: [] };

      const mix = ({ go, stay }: NextUnit) => {
        // A row for each guess: its distribution looks at it later.
        const row = new Float32Array(manifest.units.end + 1).fill(IMPOSSIBLE);
        let top = 0;
        for (const { tokens, scores } of [stay, go]) {
          for (let i = 0; i < tokens.length; i++) {
            const before = row[tokens[i]];
            const score =
              before === IMPOSSIBLE ? scores[i] : Math.log(Math.exp(before) + Math.exp(scores[i]));
            row[tokens[i]] = score;
            top = Math.max(top, Math.exp(score));
          }
        }
        return { row, top: Math.min(1, top) };
      };

      return {
        propose({ output, budget, distribution, draw }) {
          for (let i = 0; known < output.length; i++, known++) {
            const token = output[known];
            const right = ahead.tokens[i] === token;
            if (!right) ahead = { tokens: [], places: [] };
            place = right ? ahead.places[i] : step.moved(text, place, step.next(text, place, true), token);
          }
          const places: Place[] = [];
          const tokens: Token[] = [];
          const drawnFrom: Distribution[] = [];
          const confidence: number[] = [];
          const room = roomIn(budget);
          const { worth = 0.02 } = budget;
          for (let at: Place = place, reach = 1; tokens.length < room && reach > worth; ) {
            const next = step.next(text, at, false);
            const { row, top } = mix(next);
            const q = distribution(row, tokens);
            const token = draw(q, tokens.length);
            tokens.push(token);
            drawnFrom.push(q);
            confidence.push(top);
            reach *= top;
            at = step.moved(text, at, next, token);
            places.push(at);
            if (token === manifest.units.end) break;
          }
          ahead = { tokens, places };
          return chain(tokens, { drawnFrom, confidence });
        },
      };
    },
  };
}

/** `reference` along a guess of all units at once that the reader makes from the text. */
export const guessed = (reader: Reader): Drafter<SpeechEncoded> => ({
  name: "reference",
  async start(setup) {
    const encoded = { ...setup.encoded, reference: await reader.reference(setup.encoded.phones) };
    return reference().start({ ...setup, encoded });
  },
});
