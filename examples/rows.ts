// A picture that grows: its tokens row by row, and what is there so far as pixels.
import { draw, loadImageModel } from "foretoken/image";

export async function rows(prompt: string, show: (row: readonly number[], height: number) => void) {
  const model = await loadImageModel();
  const { columns } = model.manifest.grid;
  let shown = 0;
  for await (const drawing of draw(prompt, { model })) {
    const { height } = await drawing.picture();
    for (; shown < drawing.rows; shown++)
      show(drawing.tokens.slice(shown * columns, (shown + 1) * columns), height);
  }
}
