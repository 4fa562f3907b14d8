// A film from words, as an animated WebP.
import { type AnimateOptions, generateVideo } from "foretoken/video";
import sharp from "sharp";

export async function film(prompt: string, file: string, options: AnimateOptions = {}) {
  const { frames, fps, report } = await generateVideo(prompt, { seed: 7, ...options });
  const [{ width, height }] = frames;
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  const delay = frames.map(() => Math.round(1000 / fps));
  await sharp(Buffer.concat(frames.map(({ data }) => data)), { raw })
    .webp({ loop: 0, delay })
    .toFile(file);
  return report.metrics.tokensPerPass;
}
