import { InvalidArgumentError } from "commander";
import { hint } from "../core/near.js";
import type { Size } from "../files/pictures/pixels.js";

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

/** Parses a rate: a number between two others, or a fraction such as 30000/1001. */
export function rate(low: number, high: number) {
  return (text: string) => {
    const [, above, below] = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*$/.exec(text) ?? [];
    const value = above ? Number(above) / Number(below) : text.trim() === "" ? Number.NaN : Number(text);
    if (value >= low && value <= high) return value;
    throw invalid(`Give a number from ${low} to ${high}, or a fraction: 24, 29.97, 30000/1001.`);
  };
}

/** Parses `512` (both sides) or `640x480`. */
export function sides(low: number, high: number) {
  return (text: string): Size => {
    const [, width, height = width] = /^(\d{1,6})(?:x(\d{1,6}))?$/i.exec(text.trim()) ?? [];
    const size = { width: Number(width), height: Number(height) };
    if ([size.width, size.height].every((side) => side >= low && side <= high)) return size;
    throw invalid(`Give pixels from ${low} to ${high}: 512 for a square, 640x480 for width and height.`);
  };
}
