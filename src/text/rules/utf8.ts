/** The characters that begin with a byte in UTF-8, and how many bytes more each of them has; undefined: none begins so. */
export function beginning(byte: number): { low: number; high: number; more: number } | undefined {
  if ((byte >= 0x80 && byte < 0xc2) || byte > 0xf4) return undefined;
  const more = byte < 0x80 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  const start = more === 0 ? byte : (byte & (0x3f >> more)) * 64 ** more;
  // What is left out has a shorter form, or is a surrogate, or lies beyond the last character.
  const low = byte === 0xe0 ? 0x800 : byte === 0xf0 ? 0x10000 : start;
  const high = byte === 0xed ? 0xd7ff : byte === 0xf4 ? 0x10ffff : start + 64 ** more - 1;
  return { low, high, more };
}

const encoder = new TextEncoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** Whether a text has one of these bytes. */
export const hasAny = (text: string, bytes: ReadonlySet<number>) =>
  bytes.size > 0 && bytesOf(text).some((byte) => bytes.has(byte));
