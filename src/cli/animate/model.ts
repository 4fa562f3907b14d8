import type { Ground } from "../../files/films/frame.js";
import type { VideoManifest } from "../../video/manifest.js";
import type { VideoModel } from "../../video/types.js";
import type { AnimateFlags } from "../flags.js";
import type { Host, Talk, VideoLibrary } from "../host.js";
import { checkModel, listStyles, openModel, sendNames } from "../model-choice.js";

/** @throws a usage error that names near ones for a model that is not there, before anything is loaded */
export const checkVideoModel = (name: string | undefined, video: VideoLibrary) =>
  checkModel(name, {
    standard: video.DEFAULT_VIDEO_MODEL,
    list: video.listVideoModels,
    find: video.findVideoModel,
  });

export const openVideoModel = (
  name: string,
  flags: AnimateFlags,
  video: VideoLibrary,
  host: Host,
  talk: Talk,
): Promise<VideoModel> => openModel(name, video.loadVideoModel, flags, host, talk);

/** What a model's clips may stand on. */
export function groundsOf(manifest: VideoManifest, { layoutOf }: VideoLibrary): Ground[] {
  const { ground, groundToken } = layoutOf(manifest);
  return manifest.backgrounds.names.map((name) => ground(groundToken(name)));
}

/** `--list-styles`, `--list-motions` */
export async function listWords(flags: AnimateFlags, host: Host, talk: Talk): Promise<void> {
  const video = await host.video();
  const model = await openVideoModel(checkVideoModel(flags.model, video), flags, video, host, talk);
  await (flags.listStyles ? listStyles(model, host) : sendNames(model.motions, host));
}
