import { failure, usage } from "../core/errors.js";
import type { Manifest } from "../runtime/manifest.js";

/** The model whose tokens a file holds. */
export interface Provenance {
  readonly model: string;
  readonly version: string;
  /** SHA-256 of its decoder: the same number means the same patch. */
  readonly checksum: string;
}

type Decoding = Manifest & { readonly decoder: { readonly graph: string } };

export const checksumOf = ({ files, decoder }: Decoding) => files[decoder.graph].sha256;

/** @throws an error that says why these are not tokens of this model */
export function checkProvenance({ model, version, checksum }: Provenance, manifest: Decoding): void {
  if (model !== manifest.name)
    throw usage(`these are tokens of the model "${model}", not of "${manifest.name}": load that one`);
  if (checksum !== checksumOf(manifest))
    throw failure(
      `these tokens were made with ${model} ${version}, and here is ${manifest.name} ${manifest.version}, whose patches differ: make them again`,
    );
}
