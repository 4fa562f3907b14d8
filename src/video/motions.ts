/** Ways to say where something moves, by the motion that the words file has for it. */
const DIRECTIONS: readonly (readonly [motion: string, said: RegExp])[] = [
  ["left", /\bfrom (?:the )?right(?: side)? to (?:the )?left(?: side)?\b|\bto the left\b|\bleftwards?\b/i],
  ["right", /\bfrom (?:the )?left(?: side)? to (?:the )?right(?: side)?\b|\bto the right\b|\brightwards?\b/i],
  ["up", /\bfrom (?:the )?bottom to (?:the )?top\b|\bupwards?\b/i],
  ["down", /\bfrom (?:the )?top to (?:the )?bottom\b|\bdownwards?\b/i],
  ["right", /\bacross(?: the (?:screen|picture|frame|scene|sky|sea|road|street|room))?\b/i],
];

/** What moves along. Only as it is said of a thing that does it now: others stand in things' names (running shoe). */
const GOES =
  /\b(?:swims|runs|drives|walks|flies|glides|sails|crawls|rides|travels|goes|moves|slides|marches|dashes|races|drifts|heads|strolls|gallops|trots|rolls)\b/i;

/**
 * A prompt with what it says of a motion in the words of the words file, where it says it in others: "a fish swims from right
 * to left" -> "a fish moves left". What moves along in no direction goes right. Undefined: nothing is said of a motion.
 *
 * @param motions by name the ways to say it that the model knows, the usual one first
 */
export function inKnownWords(
  prompt: string,
  motions: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const [motion, said] = DIRECTIONS.find(([, words]) => words.test(prompt)) ?? ["right", GOES];
  const usual = motions[motion]?.[0];
  if (!usual || !said.test(prompt)) return undefined;
  const [first, second] = said === GOES ? [GOES, undefined] : [said, GOES];
  const put = prompt.replace(first, usual);
  return second ? put.replace(new RegExp(`${second.source}(?=.*${usual})`, "i"), "") : put;
}
