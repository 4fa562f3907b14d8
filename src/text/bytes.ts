/**
 * Byte-level vocabularies spell each byte as a letter (Radford et al. 2019): those that can be seen in Latin-1 as themselves,
 * the others, in their order, as the letters from U+0100 on.
 */
export const LETTERS: readonly string[] = (() => {
  let next = 0x100;
  const isSeen = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isSeen(byte) ? byte : next++));
})();

const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]));

/** The bytes that a token's spelling stands for; a letter that stands for none, for its own in UTF-8. */
export const bytesOf = (spelling: string): Uint8Array =>
  Uint8Array.from(Array.from(spelling, (letter) => BYTES.get(letter) ?? [...Buffer.from(letter)]).flat());
