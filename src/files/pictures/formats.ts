import { endingOf } from "../ending.js";

/** Kinds of picture files, the default first. */
export const PICTURE_FORMATS = ["png", "webp", "avif", "jpg", "jpeg"] as const;

export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** @throws a usage error that names what can be written */
export const pictureFormatOf = (path: string): PictureFormat => endingOf(path, PICTURE_FORMATS);

/** Whether a kind of file knows transparency. */
export const hasAlpha = (format: PictureFormat) => format !== "jpg" && format !== "jpeg";
