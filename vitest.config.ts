import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** A thread needs JavaScript: what starts one finds the built file. */
const builtThreads = {
  name: "built-threads",
  enforce: "pre" as const,
  transform: (code: string, id: string) =>
    id.endsWith("/speech/frontend/phonemes.ts")
      ? code.replace("espeak-worker.js", new URL("dist/speech/frontend/espeak-worker.js", import.meta.url).href)
      : undefined,
};

export default defineConfig({
  plugins: [builtThreads],
  resolve: {
    alias: [
      { find: /^foretoken$/, replacement: source("index.ts") },
      { find: /^foretoken\/(.+)$/, replacement: `${source("")}$1/index.ts` },
    ],
  },
  test: { include: ["test/**/*.test.ts"], globalSetup: "test/build.ts", testTimeout: 60_000 },
});
