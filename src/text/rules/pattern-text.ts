import { beginning } from "./utf8.js";

/**
 * Well-formed text, as a regular expression for the whole of it: without the two characters that mark its edges, and without
 * those that would need bytes which are missing. In code points, or in UTF-16 units.
 */
export function anyText(inPoints: boolean, missing: ReadonlySet<number>): RegExp {
  const without = Array.from(missing, beginning).filter((range) => range !== undefined);
  const direct = without
    .filter(({ high }) => high < 0x10000)
    .map(({ low, high }) => `${unit(low)}-${unit(high)}`);
  const excluded = `\\ud800-\\udfff\\ufffe\\uffff${direct.join("")}`;
  /** Characters beyond the first plane, by the first byte. */
  const beyond = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4]
    .filter((byte) => !missing.has(byte))
    .flatMap((byte) => beginning(byte) ?? []);
  if (inPoints) {
    const far = without
      .filter(({ low }) => low >= 0x10000)
      .map(({ low, high }) => `${point(low)}-${point(high)}`);
    return new RegExp(`[^${excluded}${far.join("")}]*`, "u");
  }
  const halves = beyond.map(({ low, high }) => `${unit(firstHalf(low))}-${unit(firstHalf(high))}`).join("");
  return new RegExp(`(?:[^${excluded}]|[${halves}][\\udc00-\\udfff])*`);
}

const unit = (value: number) => `\\u${value.toString(16).padStart(4, "0")}`;
const point = (value: number) => `\\u{${value.toString(16)}}`;
const firstHalf = (character: number) => 0xd800 + ((character - 0x10000) >> 10);
