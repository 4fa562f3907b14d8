// One prompt, one seed, under rising knobs of relaxed verifiers: what each costs can be seen.
import { escapeXml } from "../../dist/files/index.js";
import { toSharp } from "../../dist/image/index.js";
import { draw, setUp } from "./prompts.mjs";
import { LENGTH } from "./relaxed.mjs";

const ROWS = {
  nearest: [0, 0.05, 0.1, 0.2, 0.4],
  tolerance: [0, 0.05, 0.1, 0.2, 0.4],
  lenient: [0, 0.3, 0.5, 0.7, 0.9],
};
/** Pixels: a picture, the gap beside it, the line below it. */
const SIDE = 192;
const GAP = 12;
const LINE = 22;

export async function knobPicture(model, file, { prompt = "smiling cat", style, seed = 1, temperature }) {
  const sampling = temperature === undefined ? {} : { temperature: Number(temperature) };
  const cells = [];
  for (const [row, [name, knobs]] of Object.entries(ROWS).entries()) {
    for (const [column, relax] of knobs.entries()) {
      const verifier = model.verifier(name, relax);
      const setup = await setUp(model, { drafter: "jacobi", draftLength: LENGTH, verifier, sampling });
      const run = await draw(model, { caption: prompt, style }, setup, { seed: Number(seed), stream: 0 });
      const label = `${name} ${relax}: ${run.metrics.tokensPerPass.toFixed(1)} a pass`;
      cells.push({ row, column, label, pixels: await run.drawing.picture() });
    }
  }
  await (await sheet(cells)).toFile(file);
  console.log(`${file}: ${cells.map(({ label }) => label).join(", ")}`);
}

async function sheet(cells) {
  const place = ({ row, column }) => ({
    left: GAP + column * (SIDE + GAP),
    top: GAP + row * (SIDE + LINE + GAP),
  });
  const width = Math.max(...cells.map((cell) => place(cell).left)) + SIDE + GAP;
  const height = Math.max(...cells.map((cell) => place(cell).top)) + SIDE + LINE + GAP;
  const overlays = await Promise.all(
    cells.map(async (cell) => ({
      input: await (await toSharp(cell.pixels)).resize(SIDE, SIDE).png().toBuffer(),
      ...place(cell),
    })),
  );
  const text = cells.map((cell) => {
    const { left, top } = place(cell);
    return `<text x="${left + SIDE / 2}" y="${top + SIDE + LINE - 6}">${escapeXml(cell.label)}</text>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g font-family="sans-serif" font-size="13" text-anchor="middle" fill="#333">${text.join("")}</g></svg>`;
  const { default: sharp } = await import("sharp");
  return sharp({ create: { width, height, channels: 3, background: "white" } })
    .composite([...overlays, { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png({ palette: true, effort: 10 });
}
