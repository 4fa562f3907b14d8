import { usage } from "../../core/errors.js";
import { MEDIA, type Media, type Medium } from "../../methods/index.js";
import type { Host } from "../host.js";
import { chooseModel, type Models } from "../models.js";
import type { MethodsFlags } from "./options.js";

/** The manifests by which it is said what is there; a medium without a model has none. */
export type Manifests = { readonly [M in Medium]?: Media[M]["manifest"] };

type Finding<M extends Medium> = Omit<Models<unknown>, "load" | "find"> & {
  readonly find: (name: string) => { readonly manifest: Media[M]["manifest"] };
};

/** How each medium finds its models. */
const FINDING: { readonly [M in Medium]: (host: Host) => Promise<Finding<M>> } = {
  async text(host) {
    const { DEFAULT_TEXT_MODEL, listTextModels, findTextModel } = await host.text();
    return { kind: "model", standard: DEFAULT_TEXT_MODEL, list: listTextModels, find: findTextModel };
  },
  async speech(host) {
    const { DEFAULT_VOICE, listVoices, findVoice } = await host.speech();
    return { kind: "voice", standard: DEFAULT_VOICE, list: listVoices, find: findVoice };
  },
  async image(host) {
    const { DEFAULT_IMAGE_MODEL, listImageModels, findImageModel } = await host.image();
    return { kind: "model", standard: DEFAULT_IMAGE_MODEL, list: listImageModels, find: findImageModel };
  },
  async video(host) {
    const { DEFAULT_VIDEO_MODEL, listVideoModels, findVideoModel } = await host.video();
    return { kind: "model", standard: DEFAULT_VIDEO_MODEL, list: listVideoModels, find: findVideoModel };
  },
};

/** @throws a usage error for a model that is not there, and for one whose medium nobody names */
export async function manifestsOf({ medium, model }: MethodsFlags, host: Host): Promise<Manifests> {
  if (model !== undefined && medium === undefined)
    throw usage(
      `--model needs --medium: of which medium is ${model}? Choose one of ${Object.keys(MEDIA).join(", ")}`,
    );
  const found: { [M in Medium]?: Manifests[M] } = {};
  const media = medium ? [medium] : (Object.keys(MEDIA) as Medium[]);
  for (const one of media) Object.assign(found, { [one]: await manifestOf(one, model, host) });
  return found;
}

async function manifestOf<M extends Medium>(medium: M, model: string | undefined, host: Host) {
  const finding = await FINDING[medium](host);
  if (model === undefined && !finding.list().includes(finding.standard)) return undefined;
  return finding.find(chooseModel(model, finding)).manifest;
}
