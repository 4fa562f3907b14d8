import { beforeAll, describe, expect, it } from "vitest";
import { mediumChecks, modalityChecks, sessionChecks } from "../../src/conformance/index.js";
import { createMeter, decode, type Token } from "../../src/core/index.js";
import { copy } from "../../src/drafters/index.js";
import {
  type Drawing,
  type DrawOptions,
  draw,
  generateImage,
  IMAGE_DRAFTERS,
  IMAGE_VERIFIERS,
  type ImageDrafterName,
  type ImageModel,
  ImageTokens,
  type ImageVerifierName,
  imageSetup,
  loadImageModel,
  type Pixels,
} from "../../src/image/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { guided } from "../../src/targets/index.js";
import { identical } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

let model: ImageModel;
beforeAll(async () => {
  model = await loadImageModel();
});

const PROMPT = "smiling orange cat";
const darkest = (data: Uint8Array) => data.reduce((least, value) => Math.min(least, value), 255);
const paint = async (options: DrawOptions = {}) => {
  const image = await generateImage(PROMPT, { model, seed: 3, draftLength: 12, ...options });
  return { ...image.report.metrics, tokens: image.tokens.tokens };
};

conforms(
  "a picture",
  mediumChecks({
    drafters: Object.keys(IMAGE_DRAFTERS),
    least: { jacobi: 3, copy: 1.1 },
    async make({ drafter, temperature, seed, signal }) {
      return paint({ drafter: drafter as ImageDrafterName, sampling: { temperature }, seed, signal });
    },
    async roundTrip() {
      const { tokens } = await generateImage(PROMPT, { model, seed: 3 });
      return [tokens, ImageTokens.parse(ImageTokens.stringify(tokens))];
    },
  }),
);

describe("a picture has the same tokens", () => {
  it("with the plan", async () => {
    const plain = await paint({ drafter: "none" });
    expect((await paint({ draftLength: undefined })).tokens).toEqual(plain.tokens);
    expect(plain.tokens).toHaveLength(256);
  });

  it("under guidance, which runs both prompts in one pass", async () => {
    const plain = await paint({ drafter: "none", guidance: 2 });
    const drafted = await paint({ guidance: 2 });
    expect(drafted.tokens).toEqual(plain.tokens);
    expect(drafted.tokensPerPass).toBeGreaterThan(2.5);
    expect(plain.tokens).not.toEqual((await paint()).tokens);
  });

  it("and other ones with another seed, stream or caption", async () => {
    const keys = new Set<string>();
    for (const options of [{}, { seed: 4 }, { stream: 1 }, { style: model.styles.at(-1) }])
      keys.add((await paint(options)).tokens.join());
    expect(keys.size).toBe(4);
    const other = await generateImage("blue car", { model, seed: 3 });
    expect(keys).not.toContain(other.tokens.tokens.join());
  });
});

describe("drafters of one's own", () => {
  const named = (name: string) => ({ ...copy({ blank: model.manifest.grid.blank }), name });

  it("draft, whatever they are called, and have a plan each", async () => {
    const plain = await paint({ drafter: "none" });
    for (const name of ["my copy", "copy", ""]) {
      const drawn = await paint({ drafter: named(name), draftLength: undefined });
      expect(drawn.tokens).toEqual(plain.tokens);
      expect(drawn.drafted, name).toBeGreaterThan(0);
    }
    const [one, other] = [named("my copy"), named("my copy")];
    const plans = await Promise.all(["copy", "copy", one, one, other].map((drafter) => model.plan(drafter)));
    expect(plans.map((plan) => plans.indexOf(plan))).toEqual([0, 0, 2, 2, 4]);
    expect(await model.plan(one, 2)).not.toBe(plans[2]);
  });
});

describe("verifiers by name", () => {
  it("are lossless at relax 0, and looser above", async () => {
    const plain = await paint({ drafter: "none" });
    for (const name of Object.keys(IMAGE_VERIFIERS) as ImageVerifierName[]) {
      if (name === "rejection" || name === "block") continue;
      expect((await paint({ verifier: model.verifier(name, 0) })).tokens, name).toEqual(plain.tokens);
    }
    const loose = await paint({ verifier: model.verifier("tolerance", 0.5) });
    expect(loose.tokens).not.toEqual(plain.tokens);
    expect(loose.tokensPerPass).toBeGreaterThan((await paint()).tokensPerPass);
  });

  it("refuse a relax that they cannot take", () => {
    expect(() => model.verifier("identical", 0.1)).toThrow(/lossless and takes no relax/);
    expect(() => model.verifier("nearest", 2)).toThrow(
      /relax is 2: for the verifier "nearest" give a number from 0 to 1/,
    );
    expect(() => model.verifier("group", 0.5)).toThrow(/give a whole number/);
    expect(() => model.verifier("nearst" as ImageVerifierName)).toThrow(/there is no verifier "nearst"/);
  });
});

describe("tokens and pixels", () => {
  const pixelsOf = (value: number): Pixels => ({
    data: new Uint8Array(64 * 64 * 3).fill(value),
    width: 64,
    height: 64,
  });

  it("white is one token everywhere, and comes back white", async () => {
    const { tokens } = await model.encode(pixelsOf(255));
    expect(new Set(tokens)).toEqual(new Set([model.manifest.grid.blank]));
    const { data, width, height } = await model.decode(tokens);
    expect([width, height, data.length]).toEqual([256, 256, 256 * 256 * 3]);
    expect(darkest(data)).toBeGreaterThan(220);
  });

  it("most tokens of a drawn picture survive decoding and encoding", async () => {
    const image = await generateImage(PROMPT, { model, seed: 3 });
    const again = await model.encode(image);
    const same = again.tokens.filter((token, i) => token === image.tokens.tokens[i]).length;
    expect(same).toBeGreaterThan(100);
    expect(ImageTokens.parse(ImageTokens.stringify(again))).toEqual(again);
  });

  it("refuses tokens that are not a picture of this model", async () => {
    await expect(model.decode([1, 2])).rejects.toThrow(/2 tokens are not a picture of/);
  });
});

describe("given tokens", () => {
  const last = async (drawings: AsyncGenerator<{ tokens: readonly Token[]; done: boolean }>) => {
    let tokens: readonly Token[] = [];
    for await (const drawing of drawings) tokens = drawing.tokens;
    return tokens;
  };

  it("stay, row by row or one by one, and the rest is drawn", async () => {
    const image = await generateImage(PROMPT, { model, seed: 3 });
    const before = image.tokens.tokens;
    const rows = await last(model.complete(image.tokens, { keep: 8, prompt: PROMPT, seed: 9 }));
    expect(rows.slice(0, 128)).toEqual(before.slice(0, 128));
    expect(rows).toHaveLength(256);
    expect(rows).not.toEqual(before);
    const flags = before.map((_, i) => i % 3 === 0);
    const mask = await last(model.complete(image.tokens, { keep: flags, seed: 9 }));
    for (const [i, flag] of flags.entries()) if (flag) expect(mask[i]).toBe(before[i]);
    expect(await last(model.complete(image.tokens, { keep: 16 }))).toEqual(before);
  });

  it("takes a prompt that it has read already", async () => {
    expect(await last(model.tokens(model.read(PROMPT)))).toEqual(await last(model.tokens(PROMPT)));
  });

  it("vary: nothing at strength 0, about the share that is asked for otherwise", async () => {
    const image = await generateImage(PROMPT, { model, seed: 3 });
    const before = image.tokens.tokens;
    expect(await last(model.vary(image.tokens, 0, { prompt: PROMPT }))).toEqual(before);
    const varied = await last(
      model.vary(image.tokens, 0.5, { prompt: PROMPT, seed: 5, sampling: { temperature: 1 } }),
    );
    const changed = varied.filter((token, i) => token !== before[i]).length;
    expect(changed).toBeGreaterThan(20);
    expect(changed).toBeLessThan(160);
  });

  it("are refused where they do not fit", async () => {
    const tokens = ImageTokens.of(new Array(256).fill(0), model.manifest);
    await expect(last(model.complete(tokens, { keep: 17 }))).rejects.toThrow(/keep is 17/);
    await expect(last(model.complete(tokens, { keep: [true] }))).rejects.toThrow(/keep has 1 flags/);
    await expect(last(model.vary(tokens, 2))).rejects.toThrow(/strength is 2/);
  });
});

describe("drawing", () => {
  it("streams rows, with partial pictures", async () => {
    const rows: number[] = [];
    for await (const drawing of draw(PROMPT, { model, seed: 3, draftLength: 12 })) {
      rows.push(drawing.rows);
      if (rows.length === 3) {
        const { data } = await drawing.picture();
        // The lower part is still blank.
        expect(darkest(data.subarray(data.length - 256 * 3 * 64))).toBeGreaterThan(220);
      }
    }
    expect(rows.length).toBeGreaterThan(8);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(rows.at(-1)).toBe(16);
  });

  it("says what is wrong with settings", async () => {
    await expect(generateImage(PROMPT, { model, guidance: 0.5 })).rejects.toThrow(/guidance is 0.5/);
    await expect(generateImage(PROMPT, { model, draftLength: 1.5 })).rejects.toThrow(/draft length is 1.5/);
    await expect(generateImage("xqzzy", { model })).rejects.toThrow(/no word of "xqzzy" is known/);
    await expect(loadImageModel("emojy")).rejects.toThrow(/there is no model "emojy"; found: .*emoji/);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const all = async () => {
      for await (const drawing of draw(PROMPT, { model, signal: stop.signal })) {
        seen.push(drawing.rows);
        stop.abort();
      }
    };
    await expect(all()).rejects.toThrow(/abort/i);
    expect(seen).toHaveLength(1);
  });
});

const prompt = () => model.read(PROMPT);
describe("the target", () => {
  it("meters what it does", async () => {
    const meter = createMeter();
    const read = prompt();
    const setup = await imageSetup(model, { draftLength: 8 }, read);
    const encoded = await model.modality.encode({ prompt: read });
    for await (const round of decode({ ...setup, verifier: identical(), encoded })) meter.observe(round);
    expect(meter.read().tokens).toBe(256);
  });
});

let loading: Promise<ImageModel> | undefined;
const load = () => {
  loading ??= loadImageModel();
  return loading;
};
const lastTokens = (drawings: readonly Drawing[]) => drawings.at(-1)?.tokens.join();
const styled = async () => (await load()).read(PROMPT);
const continuation = [10, 20, 300, 40, 2500, 60, 70, 80];
const tokensOfPrompt = [2570, 2564, ...new Array<Token>(13).fill(2560), 2563];
conforms(
  "guided image target",
  sessionChecks(
    async () =>
      guided((await load()).target, {
        scale: (place) => 1 + (place % 3),
        unconditional: (tokens) => tokens.map((token, i) => (i > 1 && i < 15 ? 2561 : token)),
      }),
    // Guidance multiplies what a tree's rows differ by (test/conformance/shipped.test.ts has the model by itself).
    { prompt: tokensOfPrompt, continuation, treeTolerance: 0.15 },
  ),
);
conforms(
  "image",
  modalityChecks(
    async () => {
      const { modality } = await load();
      return { ...modality, encode: async () => modality.encode({ prompt: await styled() }) };
    },
    {
      prompts: ["first"],
      rounds: async function* (encoded) {
        const { target } = await load();
        const drafter = await (await load()).drafter("jacobi");
        yield* decode({ target, encoded, verifier: identical(), drafter, plan: fixedLength(12) });
      },
      equal: (a, b) => lastTokens(a) === lastTokens(b),
    },
  ),
);
