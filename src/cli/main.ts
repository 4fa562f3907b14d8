import { start } from "./start.js";

await start(() => import("../speech/index.js"));
