import { describe, expect, it } from "vitest";
import { createNoise } from "../../src/core/index.js";
import { createStops, textStream } from "../../src/text/index.js";

/** What comes of bytes in pieces: each piece's text, and all of it. */
function run(pieces: readonly (string | readonly number[])[], stops: readonly string[] = []) {
  const stream = textStream(createStops(stops));
  const texts = pieces.map((piece) =>
    stream.push(typeof piece === "string" ? Buffer.from(piece) : Uint8Array.from(piece)),
  );
  const rest = stream.finish();
  return { texts, rest, all: texts.join("") + rest, found: stream.found?.text };
}

describe("a stream of text", () => {
  it("holds back half a character, and nothing else", () => {
    const [e, acute] = Buffer.from("é");
    expect(
      run([
        [97, e],
        [acute, 98],
      ]).texts,
    ).toEqual(["a", "éb"]);
    const girl = [...Buffer.from("👧")];
    expect(run(girl.map((byte) => [byte])).texts).toEqual(["", "", "", "👧"]);
  });

  it("gives U+FFFD for bytes that are no character, at the end too", () => {
    const [e] = Buffer.from("é");
    expect(run([[97, 0xff, 98]]).texts).toEqual(["a\ufffdb"]);
    expect(run([[97, e]])).toMatchObject({ texts: ["a"], rest: "\ufffd" });
    expect(run([[97, e, 98]]).all).toBe("a\ufffdb");
  });

  it("keeps a byte order mark", () => expect(run(["\ufeffa"]).all).toBe("\ufeffa"));

  it("holds back what a stop string may cut off, and gives it when it does not", () => {
    expect(run(["ab", "c", "x"], ["bcd"]).texts).toEqual(["a", "", "bcx"]);
    expect(run(["ab", "c"], ["bcd"])).toMatchObject({ texts: ["a", ""], rest: "bc" });
    expect(run(["ab", "cd", "e"], ["bcd"])).toMatchObject({ texts: ["a", "", ""], rest: "", found: "bcd" });
  });

  it("cuts within a token, before the stop string", () => {
    expect(run(["one STOP two"], ["STOP"])).toMatchObject({ all: "one ", found: "STOP" });
    expect(run(["STOP"], ["STOP"])).toMatchObject({ all: "", found: "STOP" });
  });

  it("finds what begins anew within a beginning", () => {
    expect(run(["aa", "ab"], ["aab"])).toMatchObject({ all: "a", found: "aab" });
    expect(run(["aba", "bac"], ["abac"])).toMatchObject({ all: "ab", found: "abac" });
  });

  it("stops at the string that is complete first, the longest of those that end together", () => {
    expect(run(["xabcd"], ["abcd", "bc"])).toMatchObject({ all: "xa", found: "bc" });
    expect(run(["xabc"], ["c", "abc", "bc"])).toMatchObject({ all: "x", found: "abc" });
  });

  it("cuts half a character before a stop string off as U+FFFD", () => {
    expect(run([[97, 0xc3], "STOP"], ["STOP"]).all).toBe("a\ufffd");
  });

  it("says the same of random bytes, however they are cut, and as early as can be", () => {
    const noise = createNoise(3);
    const any = (count: number) => Math.floor(noise.chance() * count);
    const bytes = [...Buffer.from("aab é漢"), 0xff, 0xc3];
    for (let i = 0; i < 500; i++) {
      const all = Array.from({ length: any(30) }, () => bytes[any(bytes.length)]);
      const stops = Array.from({ length: any(4) }, () =>
        Array.from({ length: 1 + any(4) }, () => "aab é漢"[any(6)]).join(""),
      );
      const pieces: number[][] = [];
      for (let at = 0; at < all.length; ) {
        const size = 1 + any(5);
        pieces.push(all.slice(at, at + size));
        at += size;
      }
      const wanted = reference(all, stops);
      const { texts, all: text, found } = run(pieces, stops);
      expect({ text, found }).toEqual(wanted);
      // What is out already is a beginning of all that may still come.
      let out = "";
      pieces.forEach((_, n) => {
        out += texts[n];
        for (const more of ["", ...stops, "a"]) {
          const known = [...pieces.slice(0, n + 1).flat(), ...Buffer.from(more)];
          expect(reference(known, stops).text.startsWith(out)).toBe(true);
        }
      });
    }
  });

  it("refuses an empty stop string", () =>
    expect(() => createStops(["a", ""])).toThrow("a stop string is empty: give some text"));
});

/** The same by looking at all of it: the stop that ends first, the longest of those. */
function reference(bytes: readonly number[], stops: readonly string[]) {
  const all = Buffer.from(bytes);
  let cut = { at: all.length, end: Number.POSITIVE_INFINITY, found: undefined as string | undefined };
  for (const stop of stops) {
    const at = all.indexOf(stop);
    const end = at + Buffer.byteLength(stop);
    if (at >= 0 && (end < cut.end || (end === cut.end && at < cut.at))) cut = { at, end, found: stop };
  }
  return {
    text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(all.subarray(0, cut.at)),
    found: cut.found,
  };
}
