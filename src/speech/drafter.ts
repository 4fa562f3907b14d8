import type { Distribution } from "../core/distribution.js";
import { chain } from "../core/tree.js";
import type { Drafter, Token } from "../core/types.js";
import { createStep, type NextUnit, type Place } from "./follow-step.js";
import type { SpeechManifest } from "./manifest.js";
import type { SpeechEncoded } from "./modality.js";

/** A score no token can win with: e to this is zero. */
const IMPOSSIBLE = -1e30;

/**
 * Follows the voice through the text: knows at which phone it is and how long it has been there, and guesses the next units
 * from that and the last few. A step costs some ten microseconds: no pass of any model.
 */
export function follow(
  tables: Readonly<Record<string, Float32Array>>,
  manifest: SpeechManifest,
): Drafter<SpeechEncoded> {
  if (!manifest.follow) throw new Error(`${manifest.name} has no follow drafter`);
  const step = createStep(tables, manifest.follow, manifest.units.end);
  return {
    name: "follow",
    async start({ encoded }) {
      const text = encoded.phoneStates;
      if (!text) throw new Error("the drafter was started without phone states");
      let place = step.start;
      let known = 0;
      /** Where the guesses of the last round would have led. */
      let guessed: { tokens: readonly Token[]; places: readonly Place[] } = { tokens: [], places: [] };
      const row = new Float32Array(manifest.units.end + 1);

      const mix = ({ go, stay }: NextUnit) => {
        row.fill(IMPOSSIBLE);
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
        return top;
      };

      return {
        propose({ output, budget, distribution, draw }) {
          for (let i = 0; known < output.length; i++, known++) {
            const token = output[known];
            const right = guessed.tokens[i] === token;
            if (!right) guessed = { tokens: [], places: [] };
            place = right ? guessed.places[i] : step.moved(text, place, step.next(text, place, true), token);
          }
          const places: Place[] = [];
          const tokens: Token[] = [];
          const drawnFrom: Distribution[] = [];
          const confidence: number[] = [];
          const { depth, worth = 0.02 } = budget;
          for (let at: Place = place, reach = 1; tokens.length < depth && reach > worth; ) {
            const next = step.next(text, at, false);
            const top = mix(next);
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
          guessed = { tokens, places };
          return chain(tokens, { drawnFrom, confidence });
        },
      };
    },
  };
}
