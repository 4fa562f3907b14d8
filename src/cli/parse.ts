import { InvalidArgumentError } from "commander";
import { hint } from "./near.js";

const invalid = (message: string) => new InvalidArgumentError(message);

/** Parses a number between two others. */
export function number(low: number, high: number, whole = false) {
  return (text: string) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= low && value <= high && (!whole || Number.isSafeInteger(value))) return value;
    const range = high === Number.MAX_SAFE_INTEGER ? `, ${low} or more` : ` from ${low} to ${high}`;
    throw invalid(`Give a ${whole ? "whole " : ""}number${range}.`);
  };
}

/** Takes one of some names. */
export function oneOf(names: readonly string[]) {
  return (text: string) => {
    if (names.includes(text)) return text;
    throw invalid(`${hint(text, names)}Choose one of ${names.join(", ")}.`.replace(/^d/, "D"));
  };
}
