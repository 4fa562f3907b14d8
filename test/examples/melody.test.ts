import { describe, expect, it } from "vitest";
import { melody, play, target } from "../../examples/melody.js";
import { modalityChecks } from "../../src/conformance/index.js";
import { decode } from "../../src/core/index.js";
import { lookup } from "../../src/drafters/index.js";
import { generate } from "../../src/index.js";
import { fixedLength } from "../../src/plans/index.js";
import { identical } from "../../src/verifiers/index.js";
import { conforms } from "../conformance/run.js";

describe("the melody example", () => {
  it("plays plain decoding's tune in fewer passes", async () => {
    const drafted = await play("C E G c", 7);
    const plain: string[] = [];
    for await (const note of generate(melody, "C E G c", { target, seed: 7 })) plain.push(note);
    expect(drafted.notes).toBe(plain.join(" "));
    expect(plain.length).toBeGreaterThan(8);
    expect(drafted.notesPerPass).toBeGreaterThan(1.5);
  });
});

conforms(
  "melody",
  modalityChecks(async () => melody, {
    prompts: ["C E G c", "D F"],
    rounds: (encoded) =>
      decode({
        target,
        encoded,
        verifier: identical(),
        drafter: lookup(),
        plan: fixedLength(4),
        rules: melody.rules?.(encoded),
      }),
    equal: (a, b) => a.join() === b.join(),
  }),
);
