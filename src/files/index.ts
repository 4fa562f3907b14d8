export { type Backdrop, chooseBackdrop } from "./films/backdrop.js";
export { type Compositor, createCompositor } from "./films/compositor.js";
export { FILM_FORMATS, type FilmFormat, filmFormatOf } from "./films/formats.js";
export { compose, type Ground, type Patches, paintGround, type Rgb, type VideoFrame } from "./films/frame.js";
export { type FrameReader, type FrameWish, frameReader, type ReadingFilms } from "./films/read.js";
export { delays, type FilmShape, type FilmSink } from "./films/shape.js";
export { filmStrip, type StripRow } from "./films/strip.js";
export { type FilmMaker, filmMaker, type WritingFilms } from "./films/write.js";
export { type GrowingLines, growingLines } from "./lines.js";
export { type Colour, parseColour, WHITE } from "./pictures/colour.js";
export { film } from "./pictures/film.js";
export { PICTURE_FORMATS, type PictureFormat, pictureFormatOf } from "./pictures/formats.js";
export { replaceGround } from "./pictures/ground.js";
export type { Area, Pixels, Raster, RawPixels, Size } from "./pictures/pixels.js";
export { type PictureSource, readPicture } from "./pictures/read.js";
export { toSharp } from "./pictures/sharp.js";
export { contactSheet, type SheetEntry } from "./pictures/sheet.js";
export { type Tint, tinted } from "./pictures/tint.js";
export { type EncodeOptions, encodePicture } from "./pictures/write.js";
export { escapeXml } from "./pictures/xml.js";
export { fromXmp, toXmp } from "./pictures/xmp.js";
export {
  type Beside,
  beside,
  type Place,
  type StreamPlace,
  streamTo,
  type WayOut,
  writeWhole,
} from "./place.js";
export type { Sink } from "./sink.js";
export { pcm16, type SoundSink } from "./sound/pcm.js";
export { type ReadingSound, type SoundReader, soundReader } from "./sound/read.js";
export { SOUND_FORMATS, type SoundWriter, soundWriter } from "./sound/write.js";
