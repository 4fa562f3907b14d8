import type { DraftContext, Round, Token } from "../core/types.js";

/** Prompt and output as one list that follows them, so that nobody copies or compares them whole each round. */
export interface FollowedText {
  /** Always the same array. A drafter may put guesses of its own behind the output; the next call takes back what fell. */
  readonly tokens: Token[];
  /**
   * Brings the list up to date. Whoever asks may have put guesses behind the output last time that did not stand.
   *
   * @returns how many tokens, from the first on, stayed as they were
   */
  follow(context: Pick<DraftContext, "prompt" | "output">): number;
  /** A round says what is committed: that is not compared again. */
  observe(round: Round): void;
}

export function followedText(): FollowedText {
  const tokens: Token[] = [];
  let prompt: readonly Token[] = [];
  /** Tokens of the output that rounds have committed, and how many of those are known to be in the list. */
  let committed = 0;
  let checked = 0;
  return {
    tokens,
    follow(context) {
      if (!isSame(prompt, context.prompt)) {
        prompt = context.prompt;
        checked = 0;
        tokens.length = 0;
        for (const token of prompt) tokens.push(token);
        for (const token of context.output) tokens.push(token);
        return 0;
      }
      prompt = context.prompt;
      const { output } = context;
      const before = prompt.length;
      let same = Math.min(checked, output.length);
      while (before + same < tokens.length && same < output.length && tokens[before + same] === output[same])
        same++;
      tokens.length = before + same;
      for (let place = same; place < output.length; place++) tokens.push(output[place]);
      checked = Math.min(committed, output.length);
      return before + same;
    },
    observe({ start, tokens: more }) {
      committed = start + more.length;
    },
  };
}

const isSame = (a: readonly Token[], b: readonly Token[]) =>
  a === b || (a.length === b.length && a.every((token, i) => Object.is(token, b[i])));

/** The last tokens of prompt and output, `count` of them or all there are. */
export function lastTokens(
  { prompt, output }: Pick<DraftContext, "prompt" | "output">,
  count: number,
): Token[] {
  const tail = output.slice(Math.max(0, output.length - count));
  if (tail.length === count) return tail;
  return [...prompt.slice(Math.max(0, prompt.length - (count - tail.length))), ...tail];
}

/** The last token of prompt and output. */
export const lastToken = ({ prompt, output }: Pick<DraftContext, "prompt" | "output">): Token =>
  output.length > 0 ? output[output.length - 1] : prompt[prompt.length - 1];
