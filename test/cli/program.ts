import { existsSync, openSync } from "node:fs";
import { expect, it } from "vitest";
import type { Command } from "./command.js";
import { killed, spawned } from "./helpers.js";

export const TRACED = { NODE_DEBUG: "module,esm" };

export interface ProgramUnderTest extends Pick<Command, "command" | "place"> {
  /** What the help says. */
  readonly help: readonly string[];
  /** What needs no model, with these variables, and what must not be loaded for it. */
  readonly light: readonly (readonly string[])[];
  readonly env?: NodeJS.ProcessEnv;
  readonly unloaded: RegExp;
  /** A run that writes to standard output. */
  readonly streaming: readonly string[];
  /** A run that is stopped once `begun`; then the names that hold the signal's are `left`. */
  readonly stop: (signal: NodeJS.Signals) => {
    readonly argv: readonly string[];
    readonly env: NodeJS.ProcessEnv;
    readonly begun: () => boolean;
    readonly moment?: number;
    readonly left: (names: string[]) => void;
  };
}

/** What every command does alike as a program of its own. */
export function programChecks(under: ProgramUnderTest): void {
  const { command, place, help, light, env, unloaded, streaming, stop } = under;

  it("helps, and says what is wrong usage, without loading what runs models", async () => {
    const { code, out } = await spawned("cli", [command, "--help"]);
    expect(code).toBe(0);
    for (const text of help) expect(out.toString().replace(/\s+/g, " ")).toContain(text);
    for (const argv of [[command, "--help"], ...light]) {
      const traced = await spawned("cli", argv, { env: { ...TRACED, ...env } });
      expect(traced.err).toContain("commander");
      expect(traced.err).not.toMatch(unloaded);
    }
  });

  it("ends quietly when nobody reads", async () => {
    const { code, err } = await spawned("fake", [command, ...streaming], {
      during: (child) => child.stdout?.destroy(),
    });
    expect([code, err]).toEqual([0, ""]);
  });

  it.skipIf(!existsSync("/dev/full"))("says when the disk is full", async () => {
    const full = { stdout: openSync("/dev/full", "w") };
    const { code, err } = await spawned("fake", [command, ...streaming], full);
    const message = "cannot write standard output: the disk is full";
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends on %s, and leaves only what is finished", async (signal, expected) => {
    const { argv, env, begun, moment, left } = stop(signal);
    const during = killed(signal, begun, moment);
    const { code, err } = await spawned("fake", [command, ...argv], { env, during });
    expect([code, err]).toEqual([expected, ""]);
    left(place.named(signal));
  });
}

/** With a real model: what is made with guesses is what is made without. */
export function realChecks(command: string, words: readonly string[], json: object = {}): void {
  it("makes the same with and without guesses", async () => {
    const { code, out, err } = await spawned("cli", [command, ...words, "--compare", "--json"]);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out.toString())).toMatchObject({ same: true, ...json });
  }, 120_000);
}

/** With a real model that takes prompts. */
export function realPromptChecks(command: string, file: string): void {
  it("says which words it knows", async () => {
    const { code, err } = await spawned("cli", [command, "qqqqzzzz", "-o", file]);
    const message = /^foretoken: no word of "qqqqzzzz" is known; [^\n]*\n$/;
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(file)).toBe(false);
  }, 60_000);
}
