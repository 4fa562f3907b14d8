import { isLossless, LOSSLESS } from "../verifiers/named.js";
import { ALIGNMENT } from "./alignment.js";
import { LOOKUPS } from "./lookups.js";
import { MEDIA } from "./media.js";
import { MODELS } from "./models.js";
import { SELF } from "./self.js";
import { FAMILIES, type Family, type Medium, type Method } from "./types.js";
import { VERIFICATION } from "./verification.js";

export { MEDIA } from "./media.js";
export { NEEDS } from "./needs.js";
export { type Ready, readyOf } from "./ready.js";
export {
  FAMILIES,
  type Family,
  type Media,
  type Medium,
  type Method,
  type Need,
  type Reported,
} from "./types.js";

const FOUND: readonly Method[] = [...MODELS, ...LOOKUPS, ...SELF, ...VERIFICATION, ...ALIGNMENT];

/** The methods of the field that are here, and some that are not, family by family. */
export const METHODS: readonly Method[] = (Object.keys(FAMILIES) as Family[]).flatMap((family) =>
  FOUND.filter((method) => method.family === family),
);

type Names<Name> = { readonly [M in Medium]?: readonly Name[] };

const pairs = <Name>(names: Names<Name>) =>
  (Object.keys(MEDIA) as Medium[]).flatMap((medium) =>
    (names[medium] ?? []).map((name) => ({ medium, name })),
  );

/** What `--drafter` calls a method, by medium. */
export const draftersOf = ({ drafters = {} }: Method) => pairs(drafters);

/** What `--verifier` calls it, by medium. */
export const verifiersOf = ({ verifiers = {} }: Method) => pairs(verifiers);

/** What a verifier keeps. */
export const guaranteeOf = (verifier: string): string =>
  isLossless(verifier) ? LOSSLESS[verifier] : "relaxed, within a bound that you choose";
