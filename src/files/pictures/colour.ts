import { usage } from "../../core/errors.js";
import { sharpLibrary } from "./sharp.js";

/** 0 to 255 each; alpha 255 is opaque. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha: number;
}

export const WHITE: Colour = { r: 255, g: 255, b: 255, alpha: 255 };

export const isOpaque = ({ alpha }: Colour) => alpha === 255;

/** Whether text on it should be dark. Transparent counts as light: most programs show it on white. */
export const isLight = ({ r, g, b, alpha }: Colour) => alpha < 128 || 0.299 * r + 0.587 * g + 0.114 * b > 140;

/** As sharp wants it: alpha from 0 to 1. */
export const forSharp = ({ alpha, ...rgb }: Colour) => ({ ...rgb, alpha: alpha / 255 });

/** Anything CSS calls a colour. @throws a usage error that says what can be given */
export async function parseColour(text: string): Promise<Colour> {
  if (text.trim().toLowerCase() === "transparent") return { ...WHITE, alpha: 0 };
  const sharp = await sharpLibrary();
  try {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 4, background: text.trim() } });
    const [r, g, b, alpha] = await pixel.raw().toBuffer();
    return { r, g, b, alpha };
  } catch (cause) {
    throw usage(
      `the background ${text || '""'} is no colour: give a CSS name (white, tomato), #rrggbb or transparent`,
      cause,
    );
  }
}
