import { start } from "./start.js";

await start({
  text: () => import("../text/index.js"),
  speech: () => import("../speech/index.js"),
  image: () => import("../image/index.js"),
  video: () => import("../video/index.js"),
});
