import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^foretoken$/, replacement: source("index.ts") },
      { find: /^foretoken\/(.+)$/, replacement: `${source("")}$1/index.ts` },
    ],
  },
  test: { include: ["test/**/*.test.ts"], globalSetup: "test/build.ts", testTimeout: 60_000 },
});
