// A picture from words, as a PNG.
import { generateImage } from "foretoken/image";
import sharp from "sharp";

export async function picture(prompt: string, file: string) {
  const { data, width, height, report } = await generateImage(prompt, { seed: 7, style: "twemoji" });
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(file);
  return report.metrics.tokensPerPass;
}
