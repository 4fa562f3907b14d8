// Any picture as tokens: saved, read again, its lower half drawn anew, a fifth of its patches varied.
import { type Drawing, ImageTokens, loadImageModel, type PictureSource } from "foretoken/image";

export async function redraw(source: PictureSource, prompt: string) {
  const model = await loadImageModel();
  const tokens = await model.encode(source);
  const saved = ImageTokens.parse(ImageTokens.stringify(tokens));
  const half = await last(model.complete(saved, { prompt, keep: 8, seed: 1 }));
  const varied = await last(model.vary(saved, 0.2, { prompt, seed: 1 }));
  return { tokens: saved.tokens, half: half.tokens, varied: varied.tokens, pixels: await varied.picture() };
}

async function last(drawings: AsyncIterable<Drawing>): Promise<Drawing> {
  let latest: Drawing | undefined;
  for await (const drawing of drawings) latest = drawing;
  return latest!;
}
