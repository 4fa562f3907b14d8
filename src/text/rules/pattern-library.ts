import { createRequire } from "node:module";
import { once } from "../../core/once.js";

/** refa, loaded when a pattern is first needed: it takes as long as all the rest of the library. */
export const refa = once((): typeof import("refa") => createRequire(import.meta.url)("refa"));
