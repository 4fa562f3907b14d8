/** A part of a tokenizer.json: how a text is divided before its bytes are joined to tokens. */
interface PreTokenizer {
  readonly type?: string;
  readonly pretokenizers?: readonly PreTokenizer[];
  readonly individual_digits?: boolean;
  readonly add_prefix_space?: boolean;
  readonly use_regex?: boolean;
}

/** How GPT-2's tokenizer divides texts: contractions, words, numbers, punctuation, spaces. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const split = (regex: string) => ({
  type: "Split",
  pattern: { Regex: regex },
  behavior: "Isolated",
  invert: false,
});

/**
 * The same division, in parts that the JavaScript library reads as the original does: its own digits are ASCII's only, and its
 * own white space is JavaScript's, which has U+FEFF and lacks U+0085; patterns it translates faithfully.
 */
export function faithful(part: unknown): unknown {
  const { type, pretokenizers, individual_digits, add_prefix_space, use_regex } = (part ??
    {}) as PreTokenizer;
  if (type === "Sequence") return { type, pretokenizers: pretokenizers?.map(faithful) };
  if (type === "Digits") return split(individual_digits ? "\\p{N}" : "\\p{N}+");
  // A space in front comes before the division: that is left as it is.
  if (type !== "ByteLevel" || add_prefix_space || use_regex === false) return part;
  return { type: "Sequence", pretokenizers: [split(WORDS), { type, add_prefix_space, use_regex: false }] };
}
