import type { Token, Verifier } from "../core/types.js";
import type { MediumModel, OpenOptions } from "../medium/open.js";
import type { MakeOptions } from "../medium/setup.js";
import type { PrefixCached } from "../targets/prefix-cached.js";
import type { Message } from "./chat.js";
import type { DrafterParts } from "./drafters.js";
import type { TextManifest } from "./manifest.js";
import type { TextEncoded, TextPiece, TextRequest } from "./modality.js";
import type { TextDrafterName, TextVerifierName, TextWeights } from "./names.js";
import type { PromptSettings, TextPrompt } from "./prompt.js";
import type { SpecialTokens, TextTokenizer } from "./tokenizer.js";

export interface TextModelOptions extends OpenOptions, DrafterParts {
  /** "float32": slower than the model's own form (8-bit), and exact for trees of guesses, too. */
  readonly weights?: TextWeights;
  /** Most memory, in MB, for prompts that were read before (see `prefixCached`); 0: none. */
  readonly cacheMegabytes?: number;
}

/** A model of text, loaded. */
export interface TextModel
  extends MediumModel<TextManifest, TextRequest, TextPiece, TextEncoded, TextDrafterName> {
  /** Does not read twice what it has read before; `clear()` frees what it keeps for that. */
  readonly target: PrefixCached;
  readonly tokenizer: TextTokenizer;
  /** The tokens of a text, without any template. */
  encode(text: string, options?: SpecialTokens): Token[];
  decode(tokens: Iterable<Token>, options?: SpecialTokens): string;
  /** A conversation's tokens by the model's template, up to where the answer begins. @throws as `write` does */
  chat(messages: readonly Message[]): Token[];
  /** How many tokens a prompt has, its template included. @throws as `write` does, save for what is too long */
  count(prompt: TextPrompt, settings?: Pick<PromptSettings, "system" | "raw">): number;
  /** Answers a prompt, or continues it: text as it becomes certain (see `TextPiece`). */
  write(prompt: TextPrompt, options?: Written): AsyncGenerator<TextPiece, void, undefined>;
  /** A verifier by name. `relax`: how far from lossless, 0 upwards; only the relaxed ones take it. */
  verifier(name: TextVerifierName, relax?: number): Verifier;
  /** Drafters forget the answers of this process: an answer that was given before would be guessed whole. */
  forget(): void;
}

/** What a loaded model writes with. */
export interface Written extends MakeOptions<TextEncoded, TextDrafterName>, Omit<TextRequest, "prompt"> {
  /** Which of several answers of one seed. */
  readonly stream?: number;
}

export interface WriteOptions extends Written {
  /** A loaded model (best for more than one text), or the name or path of one. */
  readonly model?: TextModel | string;
}
