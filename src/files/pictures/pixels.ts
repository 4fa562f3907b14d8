/** Sides of a picture in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, in its pixels. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}

/** 8-bit RGB, row by row from the top. */
export interface Pixels extends Size {
  readonly data: Uint8Array;
}

export interface RawPixels extends Size {
  /** 8 bits a channel, row by row from the top. */
  readonly data: Uint8Array;
  /** 3, RGB, if left out; 4 is RGBA. */
  readonly channels?: 3 | 4;
}

/** 8-bit pixels, row by row from the top: RGB, or RGBA with colours not multiplied by alpha. */
export type Raster = Required<RawPixels>;
