import { ffmpegPipe, IN_PIECES } from "../ffmpeg.js";
import type { Beside, StreamPlace } from "../place.js";
import type { FilmShape, FilmSink } from "./shape.js";

/** Codecs and their quality: at this rate what x264 makes cannot be told from the frames. */
const H264 = ["-c:v", "libx264", "-crf", "16", "-tune", "animation"];
const VP9 = ["-c:v", "libvpx-vp9", "-crf", "20", "-b:v", "0", "-deadline", "good", "-cpu-used", "4"];

const OPTIONS = { mp4: H264, mov: H264, webm: VP9 } as const;

/** The index in front, so that a player can begin before it has the whole file. */
const IN_FRONT = ["-movflags", "+faststart"];

/** BT.709 in the range of television. The file says so, or players would guess from its size. */
const TO_YUV = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int";
const COLOURS = [
  "-colorspace",
  "bt709",
  "-color_primaries",
  "bt709",
  "-color_trc",
  "bt709",
  "-color_range",
  "tv",
];

/** MP4, MOV and WebM, by ffmpeg, which takes frames while they are made. */
export async function encodedSink(
  format: keyof typeof OPTIONS,
  ffmpeg: string,
  file: Beside | StreamPlace,
  { width, height, channels, fps }: FilmShape,
): Promise<FilmSink> {
  const clear = channels === 4;
  const moving = "stream" in file ? IN_PIECES : IN_FRONT;
  const index = format === "webm" ? [] : moving;
  // libvpx cannot have alternate reference frames and transparency at once.
  const pixels = clear ? ["-pix_fmt", "yuva420p", "-auto-alt-ref", "0"] : ["-pix_fmt", "yuv420p"];
  const raw = ["-pixel_format", clear ? "rgba" : "rgb24", "-video_size", `${width}x${height}`];
  const { write, ...pipe } = await ffmpegPipe(ffmpeg, file, (command) =>
    command
      .inputFormat("rawvideo")
      .inputOptions([...raw, "-framerate", String(fps)])
      .noAudio()
      .videoFilters(TO_YUV)
      .outputOptions([...OPTIONS[format], ...index, ...COLOURS, ...pixels])
      .format(format),
  );
  return {
    ...pipe,
    write: ({ data }) => write(Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  };
}
