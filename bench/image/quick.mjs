// Two prompts, plain decoding against Jacobi with fixed drafts, for as many seconds as there are: for borrowed machines.
//   node bench/image/quick.mjs DEVICE SECONDS [THREADS]      (after npm run build)
import { generateImage, loadImageModel } from "../../dist/image/index.js";

const PROMPTS = ["red apple", "smiling cat"];
const WAYS = [
  ["plain", { drafter: "none" }],
  ...[8, 16, 24, 32].map((draftLength) => [`jacobi ${draftLength}`, { draftLength }]),
];

const [device = "cpu", seconds = "30", threads] = process.argv.slice(2);
const stop = performance.now() + 1000 * Number(seconds);
const model = await loadImageModel("emoji", {
  device,
  threads: threads && Number(threads),
  warn: console.error,
});
console.log(`on ${model.device}, ${threads ?? "all"} threads`);
const best = new Map();

while (performance.now() < stop) {
  for (const prompt of PROMPTS) {
    let wanted;
    for (const [name, options] of WAYS) {
      if (performance.now() > stop) break;
      const image = await generateImage(prompt, { model, seed: 1, style: "twemoji", ...options });
      wanted ??= image.tokens.tokens.join();
      const { time, tokensPerPass, passes } = image.report.metrics;
      const now = {
        ms: time.total,
        pass: time.target / passes,
        tokensPerPass,
        pixels: image.report.decodeTime,
        same: wanted === image.tokens.tokens.join(),
      };
      const key = `${prompt}, ${name}`;
      if (!(best.get(key)?.ms <= now.ms)) best.set(key, now);
    }
  }
}

for (const [key, { ms, pass, tokensPerPass, pixels, same }] of best) {
  const ratio = best.get(`${key.split(",")[0]}, plain`).ms / ms;
  console.log(
    `${key}: ${ms.toFixed(0)} ms, ${ratio.toFixed(2)}x, ${pass.toFixed(2)} ms a pass, ${tokensPerPass.toFixed(2)} tokens a pass, ` +
      `pixels ${pixels.toFixed(0)} ms${same ? "" : ", OTHER TOKENS"}`,
  );
}
process.exit(0);
