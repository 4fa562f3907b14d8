// A picture of one's own moves. Frames come as they are done; on any ground, or, as here, on none.
import { loadVideoModel } from "foretoken/video";
import sharp from "sharp";

export async function pictureFilm(picture: string, words: string, name: (frame: number) => string) {
  const model = await loadVideoModel();
  let written = 0;
  for await (const filming of model.from(picture, words)) {
    for (; written < filming.frames; written++) {
      const { rgba, width, height } = await filming.frame(written);
      await sharp(rgba, { raw: { width, height, channels: 4 } }).toFile(name(written));
    }
  }
  return written;
}
