import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { collect, type TextOptions, textSource } from "../../src/cli/input.js";
import { decodeText, firstInvalid, visible } from "../../src/files/text.js";
import { fakeHost, temporaryFolder } from "../cli/helpers.js";

const { folder } = temporaryFolder();
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const pieces = (words: string[], options: TextOptions, stdin?: string | Buffer | Readable) =>
  collect(textSource(words, options, fakeHost({ stdin }).host).pieces());

describe("UTF-8", () => {
  it("finds the first wrong byte, and is not misled by a U+FFFD that was written", () => {
    expect(firstInvalid(Buffer.from("plain, ünïcode, 😀, \uFFFD"))).toBe(-1);
    expect(firstInvalid(Buffer.from([0x61, 0xff, 0x62]))).toBe(1);
    expect(firstInvalid(Buffer.concat([Buffer.from("é\uFFFD"), Buffer.from([0x41, 0xc3, 0x28])]))).toBe(6);
    expect(firstInvalid(Buffer.from([0x61, 0xe2, 0x82]))).toBe(1);
    // Overlong and surrogate forms are no characters.
    expect(firstInvalid(Buffer.from([0xc0, 0xaf]))).toBe(0);
    expect(firstInvalid(Buffer.from([0x61, 0xed, 0xa0, 0x80]))).toBe(1);
  });

  it("names the offset in the whole, and tells UTF-16", () => {
    expect(() => decodeText(Buffer.from([0x61, 0xff]), "a.txt", 100)).toThrow(
      "a.txt is not valid UTF-8: byte 101 is 0xff",
    );
    expect(() => decodeText(Buffer.from("\uFEFFhi", "utf16le"), "a.txt")).toThrow("it looks like UTF-16");
  });

  it("drops the byte order mark, colours and control characters, and keeps lines", () => {
    const text = "\uFEFFA\u0000B \u001b[1;31mred\u001b[0m\u0007\nnext\tword\r\n";
    expect(decodeText(Buffer.from(text), "x")).toBe("AB red\nnext\tword\r\n");
    expect(decodeText(Buffer.from("a [b] [1m"), "x")).toBe("a [b] [1m");
  });
});

describe("text", () => {
  it("joins words", async () => {
    expect(await pieces(["Hello", "there."], {})).toEqual([{ text: "Hello there.", line: 1 }]);
  });

  it("takes a file as a whole, or line by line", async () => {
    const path = file("two.txt", "One.\r\n\nTwo.");
    expect(await pieces([], { file: path })).toEqual([{ text: "One.\r\n\nTwo.", line: 1 }]);
    expect(await pieces([], { file: path, byLine: true })).toEqual([
      { text: "One.", line: 1 },
      { text: "", line: 2 },
      { text: "Two.", line: 3 },
    ]);
  });

  it("splits what arrives into lines, wherever it was cut", async () => {
    const bytes = Buffer.from("Ünïcode.\nSecond line\n\nlast");
    const oneByOne = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    const expected = ["Ünïcode.", "Second line", "", "last"].map((text, i) => ({ text, line: i + 1 }));
    expect(await pieces([], {}, oneByOne)).toEqual(expected);
    expect(await pieces([], {}, bytes)).toEqual(expected);
  });

  it("names the wrong byte of a later line by its place in the whole", async () => {
    const bytes = Buffer.concat([Buffer.from("fine\nfine\n"), Buffer.from([0x80])]);
    await expect(pieces([], {}, bytes)).rejects.toThrow("standard input is not valid UTF-8: byte 10 is 0x80");
  });

  it("hands a line over before the next one is there", async () => {
    const arriving = new Readable({ read() {} });
    const lines = textSource([], {}, fakeHost({ stdin: arriving }).host)
      .pieces()
      [Symbol.asyncIterator]();
    arriving.push("First.\nSec");
    expect((await lines.next()).value).toEqual({ text: "First.", line: 1 });
    arriving.push("ond.\n");
    arriving.push(null);
    expect((await lines.next()).value).toEqual({ text: "Second.", line: 2 });
    expect((await lines.next()).done).toBe(true);
  });

  it("says what is wrong with a file", async () => {
    mkdirSync(join(folder, "sub"));
    await expect(pieces([], { file: join(folder, "no.txt") })).rejects.toThrow(
      /cannot read .*no\.txt: there is no such file/,
    );
    await expect(pieces([], { file: join(folder, "sub") })).rejects.toThrow(/it is a folder/);
    expect(() => textSource(["a"], { file: "b" }, fakeHost().host)).toThrow("text was given twice");
  });

  it("refuses what no memory should hold", async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(2 ** 20, 0x61);
      })(),
    );
    await expect(pieces([], {}, endless)).rejects.toThrow("more than 16 MB in one go");
  });

  it("asks for text when there is none and nobody pipes any in", () => {
    const { host } = fakeHost({ terminal: ["stdin"] });
    expect(() => textSource([], {}, host)).toThrow("there is no text");
  });
});

describe("a text for a terminal", () => {
  it("shows control characters instead of sending them", () => {
    expect(visible("a\tb\n\u001b[31mred\r\u0007\u009b2J é😀")).toBe(
      "a\tb\n\uFFFD[31mred\uFFFD\uFFFD\uFFFD2J é😀",
    );
  });
});
