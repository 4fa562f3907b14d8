import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadImageModel } from "../../src/image/index.js";
import { IMAGE_DRAFTERS, IMAGE_VERIFIERS } from "../../src/image/names.js";
import { draftersOf, MEDIA, METHODS, type Medium, readyOf, verifiersOf } from "../../src/methods/index.js";
import { loadVoice, SPEECH_DRAFTERS } from "../../src/speech/index.js";
import { loadText, TEXT_DRAFTERS, TEXT_VERIFIERS } from "../../src/text/index.js";
import { LOSSLESS } from "../../src/verifiers/named.js";
import { loadVideoModel, VIDEO_DRAFTERS, VIDEO_VERIFIERS } from "../../src/video/index.js";

const DRAFTERS = {
  text: TEXT_DRAFTERS,
  speech: SPEECH_DRAFTERS,
  image: IMAGE_DRAFTERS,
  video: VIDEO_DRAFTERS,
};
const VERIFIERS = {
  text: TEXT_VERIFIERS,
  speech: LOSSLESS,
  image: IMAGE_VERIFIERS,
  video: VIDEO_VERIFIERS,
};
const media = Object.keys(MEDIA) as Medium[];

/** The names that methods give in a medium, each once. */
const named = (parts: typeof draftersOf | typeof verifiersOf, medium: Medium) => [
  ...new Set(
    METHODS.flatMap((method) => parts(method).filter((part) => part.medium === medium)).map(
      ({ name }) => name,
    ),
  ),
];

describe("the methods", () => {
  it.each(media)("have every drafter and every verifier of %s, and no others", (medium) => {
    const drafters = Object.keys(DRAFTERS[medium]).filter((name) => name !== "none");
    expect(named(draftersOf, medium).sort()).toEqual(drafters.sort());
    expect(named(verifiersOf, medium).sort()).toEqual(Object.keys(VERIFIERS[medium]).sort());
  });

  it("have names of their own, and say where each is or why it is not here", () => {
    expect(new Set(METHODS.map(({ name }) => name)).size).toBe(METHODS.length);
    for (const method of METHODS) {
      const isHere = method.place ?? draftersOf(method).length + verifiersOf(method).length;
      expect(isHere || /^Not built: /.test(method.pays), method.name).toBeTruthy();
      expect(method.source).toMatch(/^here|\d{4}/);
      expect(method.reported?.on, method.name).not.toBe("");
    }
  });

  it("are those of the docs, in the same words", () => {
    const page = readFileSync(new URL("../../docs/methods.md", import.meta.url), "utf8");
    for (const { name, how, pays } of METHODS)
      for (const text of [`**${name}**`, how, pays]) expect(page).toContain(text);
  });
});

describe("what a drafter needs", () => {
  const models = {
    text: () => loadText("smollm2", { threads: 1 }),
    speech: () => loadVoice("joe", { threads: 1 }),
    image: () => loadImageModel("emoji", { threads: 1 }),
    video: () => loadVideoModel("sprites", { threads: 1 }),
  };

  it.each(media)(
    "is there where the models of %s have the drafter, and says how to get it where not",
    async (medium) => {
      const { drafter, manifest } = await models[medium]();
      const names = Object.keys(DRAFTERS[medium]).filter((name) => name !== "none");
      for (const name of names) {
        const opening = (drafter as (name: string) => Promise<object>)(name);
        const { ready, get } = readyOf(medium, name as never, manifest as never);
        if (ready) expect((await opening).constructor, name).toBe(Object);
        else await expect(opening, name).rejects.toMatchObject({ kind: "usage" });
        expect(get === undefined, name).toBe(ready);
      }
    },
    60_000,
  );

  it("is measured in bytes of the model's files", () => {
    const files = { "eagle.onnx": { bytes: 3 }, "eagle.bin": { bytes: 4 }, "target.bin": { bytes: 5 } };
    const manifest = { target: {}, eagle: {}, files } as never;
    expect(readyOf("text", "eagle", manifest)).toMatchObject({ what: "weights", ready: true, bytes: 7 });
    expect(readyOf("text", "suffix", manifest)).toMatchObject({ what: "nothing", ready: true, bytes: 0 });
    expect(readyOf("text", "auto", manifest)).toMatchObject({ ready: true, bytes: 0 });
    expect(readyOf("text", "ngrams", manifest)).toMatchObject({ ready: false, bytes: 0 });
  });
});
