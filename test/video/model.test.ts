import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { mediumChecks } from "../../src/conformance/index.js";
import { decode, type Token } from "../../src/core/index.js";
import { given, gridLookup } from "../../src/drafters/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical } from "../../src/verifiers/index.js";
import {
  type AnimateOptions,
  animate,
  compose,
  type Filming,
  filmed,
  generateVideo,
  loadVideoModel,
  VIDEO_DRAFTERS,
  type VideoDrafterName,
  type VideoModel,
  VideoTokens,
  videoSetup,
} from "../../src/video/index.js";

import { conforms } from "../conformance/run.js";

let model: VideoModel;
beforeAll(async () => {
  model = await loadVideoModel();
});

const PROMPT = "a red apple bounces on blue";
const film = async (options: AnimateOptions = {}) => {
  const settings = { model, seed: 3, frames: 3, draftLength: 48, ...options };
  const { tokens, report } = await generateVideo(PROMPT, settings);
  return { key: JSON.stringify(tokens.frames), tokensPerPass: report.metrics.tokensPerPass };
};
const run = (filmings: (options: AnimateOptions) => AsyncIterable<Filming>) => filmed(model, filmings);

conforms(
  "a film",
  mediumChecks({
    drafters: Object.keys(VIDEO_DRAFTERS),
    least: { jacobi: 8, lookup: 3 },
    async make({ drafter, temperature, seed, signal }) {
      const { key, tokensPerPass } = await film({
        drafter: drafter as VideoDrafterName,
        sampling: { temperature },
        seed,
        signal,
      });
      return { tokens: [key], tokensPerPass };
    },
    async roundTrip() {
      const { tokens } = await generateVideo(PROMPT, { model, seed: 3, frames: 2 });
      return [tokens, VideoTokens.parse(VideoTokens.stringify(tokens))];
    },
  }),
);

describe("a film has the same tokens", () => {
  it("with the plan, and with long drafts", async () => {
    const plain = await film({ drafter: "none" });
    for (const draftLength of [undefined, 144]) expect((await film({ draftLength })).key).toBe(plain.key);
  });

  it("and other ones with another seed, stream or prompt", async () => {
    const keys = new Set<string>();
    const sampling = { temperature: 1 };
    for (const options of [{}, { seed: 4 }, { stream: 1 }])
      keys.add((await film({ sampling, ...options })).key);
    expect(keys.size).toBe(3);
  });
});

describe("drafters of one's own", () => {
  it("draft, also where their names hold a space", async () => {
    const drafter = { ...given(gridLookup({ blank: model.manifest.clip.blank })), name: "my own lookup" };
    const plain = await film({ drafter: "none" });
    const drafted = await film({ drafter, draftLength: undefined });
    expect(drafted.key).toBe(plain.key);
    expect(drafted.tokensPerPass).toBeGreaterThan(1);
    const plans = await Promise.all([drafter, { ...drafter }, "lookup"].map((each) => model.plan(each)));
    expect(new Set(plans).size).toBe(3);
  });
});

describe("frames", () => {
  it("stream as they are done, the same ones once", async () => {
    const seen: number[] = [];
    let first: Uint8Array | undefined;
    for await (const frame of animate("a red apple stays still on blue", { model, seed: 3, frames: 4 })) {
      seen.push(frame.index);
      expect([frame.width, frame.height, frame.data.length]).toEqual([192, 192, 192 * 192 * 3]);
      first ??= frame.data;
      expect(frame.ground.name).toBe("blue");
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    // A corner shows the ground, the middle the apple.
    const at = (x: number, y: number) => [
      ...(first as Uint8Array).subarray((y * 192 + x) * 3, (y * 192 + x) * 3 + 3),
    ];
    expect(at(2, 2)).toEqual([66, 125, 232]);
    expect(at(96, 100)[0]).toBeGreaterThan(140);
  });

  it("are what their tokens say, saved and read again", async () => {
    const { tokens, frames } = await generateVideo(PROMPT, { model, seed: 3, frames: 3 });
    const again = await model.decode(VideoTokens.parse(VideoTokens.stringify(tokens)));
    expect(again.map(({ rgba }) => Buffer.from(rgba).toString("base64"))).toEqual(
      frames.map(({ rgba }) => Buffer.from(rgba).toString("base64")),
    );
    expect(compose(again[0], tokens.ground).data).toEqual(frames[0].data);
  });

  it("go on beyond a clip", { timeout: 60_000 }, async () => {
    const long = await generateVideo("a red apple spins on blue", { model, seed: 3, frames: 20 });
    expect(long.frames).toHaveLength(20);
    expect(long.frames.map(({ index }) => index)).toEqual([...new Array(20).keys()]);
    const clip = await generateVideo("a red apple spins on blue", { model, seed: 3 });
    expect(long.tokens.frames.slice(0, 16)).toEqual(clip.tokens.frames);
  });
});

describe("given frames", () => {
  const square = (background: string) =>
    sharp({ create: { width: 100, height: 100, channels: 4, background } })
      .composite([{ input: { create: { width: 50, height: 50, channels: 4, background: "#d02020" } } }])
      .png()
      .toBuffer();

  it("a picture's thing moves", { timeout: 60_000 }, async () => {
    for (const ground of ["#00000000", "white"]) {
      const { frames, tokens } = await run((options) =>
        model.from(picture[ground], "this moves right", { ...options, frames: 3, seed: 1 }),
      );
      expect(frames).toHaveLength(3);
      const middle = [...frames[0].rgba.subarray((96 * 192 + 96) * 4, (96 * 192 + 96) * 4 + 4)];
      expect(middle[0]).toBeGreaterThan(150);
      expect(middle[1]).toBeLessThan(100);
      expect(middle[3]).toBeGreaterThan(230);
      expect(tokens.frames[0].shift).toEqual([0, 0]);
    }
  });
  const picture: Record<string, Buffer> = {};
  beforeAll(async () => {
    for (const ground of ["#00000000", "white"]) picture[ground] = await square(ground);
  });

  it("a film goes on where it ended", { timeout: 60_000 }, async () => {
    const { tokens } = await generateVideo(PROMPT, { model, seed: 3 });
    const more = await run((options) =>
      model.continue(tokens, { ...options, prompt: PROMPT, frames: 4, seed: 5 }),
    );
    expect(more.frames).toHaveLength(4);
    expect(more.frames[0].index).toBe(0);
    expect(more.tokens.ground.name).toBe(tokens.ground.name);
  });

  it("frames become tokens and frames again", async () => {
    const { frames } = await generateVideo("a red apple stays still on blue", { model, seed: 3, frames: 2 });
    const tokens = await model.encode(frames.map(({ data, width, height }) => ({ data, width, height })));
    expect(tokens.ground.name).toBe("blue");
    const [again] = await model.decode(tokens);
    // Things stand on whole pixels of the encoder, half as many as are seen: outlines may move a little.
    const covered = (rgba: Uint8Array) => rgba.filter((value, i) => i % 4 === 3 && value > 128).length;
    const reddish = (rgba: Uint8Array) => rgba.filter((value, i) => i % 4 === 0 && value > 180).length;
    for (const count of [covered, reddish])
      expect(count(again.rgba) / count(frames[0].rgba)).toBeCloseTo(1, 0.5);
    await expect(model.encode([])).rejects.toThrow(/no frames/);
  });

  it("are refused where they do not fit", async () => {
    const { tokens } = await generateVideo(PROMPT, { model, seed: 3, frames: 1 });
    const broken = { ...tokens, frames: [{ ...tokens.frames[0], tokens: [1, 2] }] };
    await expect(model.decode(broken)).rejects.toThrow(/frame 0 has 2 tokens/);
    await expect(model.decode({ ...tokens, frames: [] })).rejects.toThrow(/no frames in these tokens/);
    await expect(model.decode({ ...tokens, model: "other" })).rejects.toThrow(/tokens of the model "other"/);
    const foreign = {
      ...tokens,
      frames: [{ ...tokens.frames[0], tokens: tokens.frames[0].tokens.map(() => 4100) }],
    };
    await expect(model.decode(foreign)).rejects.toThrow(/tokens\[0\] of frame 0 is 4100/);
    expect(() => VideoTokens.parse("{}", "a.json")).toThrow(/a.json holds no video tokens/);
  });
});

describe("settings", () => {
  it("are refused when they make no sense", async () => {
    for (const frames of [0, 1.5, 1e6])
      await expect(generateVideo(PROMPT, { model, frames })).rejects.toThrow(/frames cannot be made/);
    await expect(generateVideo(PROMPT, { model, draftLength: 200 })).rejects.toThrow(/draft length is 200/);
    await expect(generateVideo("xqzzy", { model })).rejects.toThrow(/no word of "xqzzy" is known/);
    await expect(loadVideoModel("sprits")).rejects.toThrow(/there is no model "sprits"; found: .*sprites/);
  });

  it("say what was not understood", async () => {
    const notes: string[] = [];
    await generateVideo("a qwertyish red apple", { model, frames: 1, warn: (line) => notes.push(line) });
    expect(notes.join("\n")).toMatch(/"qwertyish" is not known: left out/);
    expect(notes.join("\n")).toMatch(/says how it moves/);
  });
});

describe("the loop", () => {
  it("keeps ground, shifts and patches in their places", async () => {
    const { drafter, sampling } = await videoSetup(model, { sampling: { temperature: 1 } });
    const encoded = await model.modality.encode({ prompt: model.read(PROMPT), frames: 1 });
    const output: Token[] = [];
    const rules = model.modality.rules?.(encoded);
    const settings = { target: model.target, encoded, rules, drafter, sampling, verifier: identical() };
    for await (const { tokens } of decode({ ...settings, plan: fixedLength(96), seed: 2 }))
      output.push(...tokens);
    expect(output).toHaveLength(17 + 169);
    output.forEach((token, place) => {
      const [first, count] = place === 0 ? [4096, 16] : place < 17 ? [4112, 64] : [0, 4096];
      expect(token >= first && token < first + count, `place ${place}: ${token}`).toBe(true);
    });
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const all = async () => {
      for await (const _ of model.animate(PROMPT, { signal: stop.signal, rounds: true })) stop.abort();
    };
    await expect(all()).rejects.toThrow(/abort/i);
  });
});
