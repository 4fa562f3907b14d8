export { branches, firstNonEmpty, longest } from "./combine.js";
export { type CopyOptions, copy } from "./copy.js";
export { heads } from "./heads.js";
export { jacobi } from "./jacobi.js";
export { lookup } from "./lookup.js";
export { model } from "./model.js";
export { none } from "./none.js";
export { reference } from "./reference.js";
