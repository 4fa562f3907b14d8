// The real command line over media that need no models: for signals, pipes and full disks. Started from dist/ beside it.
const { start } = (await import(
  new URL("../../../dist/cli/start.js", import.meta.url).href
)) as typeof import("../../../src/cli/start.js");

const pause = process.env.FAKE_PAUSE ? Number(process.env.FAKE_PAUSE) : undefined;
await start({
  text: async () => (await import("./text.js")).fakeText({ pause }),
  speech: async () => (await import("./speech.js")).fakeSpeech({ pause }),
  image: async () => (await import("./image.js")).fakeImage({ pause }),
  video: async () => (await import("./video.js")).fakeVideo({ pause }),
});
