import type { Pixels } from "../../files/pictures/pixels.js";
import type { Drawing } from "../../image/modality.js";
import type { ImageTokens } from "../../image/tokens.js";
import type { DrawOptions, ImageModel } from "../../image/types.js";
import { toEnd } from "../../medium/run.js";
import { orAbort } from "../errors.js";
import type { DrawFlags } from "../flags.js";
import type { ImageLibrary } from "../host.js";
import type { Work } from "../report.js";
import type { Recipe } from "./recipe.js";

/** A finished picture, and what it took. */
export interface Drawn extends Work {
  readonly pixels: Pixels;
  readonly tokens: ImageTokens;
}

export interface Drafting extends Pick<DrawFlags, "drafter" | "draftLength" | "plain"> {
  /** Sees every round, not only finished rows. */
  readonly rounds?: boolean;
  /** Sees the picture grow, and is waited for. */
  readonly onDrawing?: (drawing: Drawing) => void | Promise<void>;
}

export type Draw = (recipe: Recipe, drafting: Drafting) => Promise<Drawn>;

export function createDraw({ ImageTokens }: ImageLibrary, model: ImageModel, signal: AbortSignal): Draw {
  return async (recipe, { onDrawing, ...drafting }) => {
    const { last, metrics } = await toEnd(
      (watch) => drawings(model, recipe, drafting, { signal, ...watch }),
      { each: onDrawing },
    );
    const began = performance.now();
    const pixels = await orAbort(last.picture(), signal);
    const decodeTime = performance.now() - began;
    return { pixels, tokens: ImageTokens.of(last.tokens, model.manifest), metrics, decodeTime };
  };
}

function drawings(
  model: ImageModel,
  recipe: Recipe,
  { plain, rounds, ...drafting }: Drafting,
  watching: Pick<DrawOptions, "signal" | "onRound">,
): AsyncGenerator<Drawing> {
  const { prompt, from, style, seed, stream, guidance, temperature, verifier, relax } = recipe;
  const options: Omit<DrawOptions, "model"> = {
    style,
    seed,
    stream,
    guidance,
    sampling: temperature === undefined ? undefined : { temperature },
    // A new one for each picture: relaxed ones keep count of what they let pass.
    verifier: verifier && model.verifier(verifier, relax),
    drafter: plain ? "none" : (drafting.drafter ?? recipe.drafter),
    draftLength: plain ? undefined : (drafting.draftLength ?? recipe.draftLength),
    rounds,
    ...watching,
  };
  if (!from) return model.tokens(prompt ?? "", options);
  if (from.vary !== undefined) return model.vary(from.tokens, from.vary, { ...options, prompt });
  return model.complete(from.tokens, { ...options, prompt, keep: from.keep ?? 0 });
}
