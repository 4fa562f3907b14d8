import { inRange, usage } from "../core/errors.js";
import { createNoise } from "../core/noise.js";
import type { Drafter, Model, Token } from "../core/types.js";
import { readPrompt } from "../medium/captions.js";
import { generate } from "../medium/generate.js";
import { finished } from "../medium/run.js";
import { type Setup, setUp } from "../medium/setup.js";
import { guided } from "../targets/guided.js";
import type { ImageManifest } from "./manifest.js";
import type { Drawing, ImageEncoded } from "./modality.js";
import type { Drawn, DrawOptions, ImageModel } from "./types.js";
import type { ReadPrompt } from "./words.js";

type Kept = readonly (Token | undefined)[];

/** Draws with a loaded model; some tokens may be given. Without a prompt the model goes by them alone. */
export async function* drawWith(
  model: ImageModel,
  prompt: string | ReadPrompt | undefined,
  options: Drawn,
  kept?: Kept,
): AsyncGenerator<Drawing, void, undefined> {
  const { seed, stream, signal, onRound, rounds } = options;
  const read = readPrompt(prompt, model, options);
  const setup = await imageSetup(model, options, read);
  const drawings = generate(
    model.modality,
    { prompt: read, kept },
    { ...setup, seed, stream, signal, onRound },
  );
  yield* finished(drawings, ({ rows }) => rows, rounds, -1);
}

export interface ImageSetup extends Setup<ImageEncoded> {
  readonly target: Model;
}

/** What `decode` needs besides the prompt's tokens. Plans learn from picture to picture. */
export async function imageSetup(
  model: ImageModel,
  options: Drawn,
  { unconditional }: Pick<ReadPrompt, "unconditional">,
): Promise<ImageSetup> {
  const { guidance = 1 } = options;
  if (typeof guidance === "number")
    inRange("guidance", guidance, 1, 20, { wanted: "a number from 1 (none) to 20" });
  const isGuided = guidance !== 1;
  const target = isGuided ? guidedTarget(model, guidance, unconditional) : model.target;
  const drafting = {
    ...model,
    plan: (drafter: string | Drafter<ImageEncoded>) => model.plan(drafter, isGuided ? 2 : 1),
  };
  return { target, ...(await setUp(drafting, options, 128)) };
}

function guidedTarget(
  { target }: ImageModel,
  guidance: NonNullable<DrawOptions["guidance"]>,
  unconditional: readonly Token[],
): Model {
  const prompt = unconditional.length;
  return guided(target, {
    scale: typeof guidance === "number" ? guidance : (position) => guidance(position - prompt),
    unconditional: (first) => [...unconditional, ...first.slice(prompt)],
  });
}

/** The kept tokens of a picture: its first rows, or those marked. @throws usage errors */
export function keepFirst(
  tokens: readonly Token[],
  keep: number | readonly boolean[],
  { rows, columns }: ImageManifest["grid"],
): Kept {
  if (typeof keep === "number") {
    const wanted = `a whole number of rows from 0 to ${rows}, or a flag for each token`;
    inRange("keep", keep, 0, rows, { whole: true, wanted });
    return tokens.map((token, place) => (place < keep * columns ? token : undefined));
  }
  if (keep.length !== tokens.length)
    throw usage(`keep has ${keep.length} flags: give one for each of the ${tokens.length} tokens`);
  return tokens.map((token, place) => (keep[place] ? token : undefined));
}

/** All but a random share of a picture's tokens. @throws a usage error */
export function changeRandomly(
  tokens: readonly Token[],
  strength: number,
  { seed = 0, stream }: Pick<DrawOptions, "seed" | "stream">,
): Kept {
  inRange("strength", strength, 0, 1);
  // Which places are drawn anew must not depend on what is drawn there: no token is -1, so this noise is used nowhere else.
  const noise = createNoise(seed, stream);
  return tokens.map((token, place) => (noise.uniform(place, -1) < strength ? undefined : token));
}
