import { bytesOf } from "./utf8.js";

/**
 * What may follow in a text, byte by byte: a regular language at the leaves, and stacks of what is still to come above them
 * (so that objects and arrays nest to any depth). A value is a state, too: `next` gives the one behind a byte, and the old one
 * stays as it was (derivatives: Brzozowski 1964; Might, Darais and Spiewak 2011). From every state an end can be reached.
 */
export type Grammar = End | Leaf | Sequence | Choice | Later;

/** Nothing more may follow. */
export interface End {
  readonly kind: "end";
}

export const END: End = { kind: "end" };

/** A state of an automaton over bytes. */
export interface Leaf {
  readonly kind: "leaf";
  /** The text may end here. */
  readonly accepts: boolean;
  /** The state behind a byte, the same one each time; undefined: the byte may not follow. */
  step(byte: number): Leaf | End | undefined;
  /** A state that looks the same to whoever reads no further than so many bytes; it may stand for many. */
  near?(bytes: number): Leaf;
}

export interface Sequence {
  readonly kind: "sequence";
  readonly first: Leaf | Choice | Later;
  readonly rest: Leaf | Sequence | Choice | Later;
}

export interface Choice {
  readonly kind: "choice";
  readonly options: readonly Exclude<Grammar, Choice>[];
}

/** A grammar that is made when it is needed: how one that refers to itself is written. Its texts are never empty. */
export interface Later {
  readonly kind: "later";
  get(): Grammar;
}

/** A state of an automaton whose steps are found when they are first asked for. */
export function leaf(accepts: boolean, find: Leaf["step"], near?: Leaf["near"]): Leaf {
  let known: (Leaf | End | undefined | null)[] | undefined;
  return {
    kind: "leaf",
    accepts,
    near,
    step(byte) {
      known ??= new Array(256);
      const found = known[byte];
      if (found !== undefined) return found ?? undefined;
      const made = find(byte);
      known[byte] = made ?? null;
      return made;
    },
  };
}

/** One of several texts; several of them may begin alike. */
export function words(texts: readonly Uint8Array[]): Leaf | End {
  const state = (left: readonly Uint8Array[], depth: number): Leaf | End => {
    const longer = left.filter((text) => text.length > depth);
    if (longer.length === 0) return END;
    const states = new Map<number, Leaf | End>();
    let byByte: ReadonlyMap<number, readonly Uint8Array[]> | undefined;
    const step = (byte: number) => {
      byByte ??= grouped(longer, depth);
      const next = byByte.get(byte);
      if (!next) return undefined;
      const found = states.get(byte) ?? state(next, depth + 1);
      states.set(byte, found);
      return found;
    };
    return { kind: "leaf", accepts: longer.length < left.length, step };
  };
  return state(texts, 0);
}

function grouped(texts: readonly Uint8Array[], place: number): ReadonlyMap<number, readonly Uint8Array[]> {
  const groups = new Map<number, Uint8Array[]>();
  for (const text of texts) {
    const group = groups.get(text[place]);
    if (group) group.push(text);
    else groups.set(text[place], [text]);
  }
  return groups;
}

export const literal = (...texts: readonly string[]) => words(texts.map(bytesOf));

export function later(make: () => Grammar): Later {
  let made: Grammar | undefined;
  return {
    kind: "later",
    get() {
      made ??= make();
      return made;
    },
  };
}

/** Equal parts give the same object: states are told apart, and their masks found again, by identity. */
const sequences = new WeakMap<Sequence["rest"], WeakMap<Sequence["first"], Sequence>>();

function pair(first: Sequence["first"], rest: Sequence["rest"]): Sequence {
  const of = sequences.get(rest) ?? new WeakMap<Sequence["first"], Sequence>();
  sequences.set(rest, of);
  const found = of.get(first) ?? { kind: "sequence", first, rest };
  of.set(first, found);
  return found;
}

/** One behind the other. */
export function sequence(...parts: readonly Grammar[]): Grammar {
  return parts.reduceRight((rest, first) => followed(first, rest), END as Grammar);
}

function followed(first: Grammar, rest: Grammar): Grammar {
  if (first.kind === "end") return rest;
  if (rest.kind === "end") return first;
  return first.kind === "sequence"
    ? pair(first.first, followed(first.rest, rest) as Sequence["rest"])
    : pair(first, rest);
}

/** Choices by their first option, and then by all of them. */
const choices = new WeakMap<Grammar, Map<string, Choice>>();
const numbers = new WeakMap<Grammar, number>();
let counted = 0;

function numberOf(grammar: Grammar): number {
  const found = numbers.get(grammar) ?? counted++;
  numbers.set(grammar, found);
  return found;
}

/** Any of them; at least one. */
export function choice(...options: readonly Grammar[]): Grammar {
  const all = [...new Set(options.flatMap(optionsOf))];
  if (all.length === 1) return all[0];
  const known = choices.get(all[0]) ?? new Map<string, Choice>();
  choices.set(all[0], known);
  const key = all.map(numberOf).join(" ");
  const found = known.get(key) ?? { kind: "choice", options: all };
  known.set(key, found);
  return found;
}

const optionsOf = (grammar: Grammar) => (grammar.kind === "choice" ? grammar.options : [grammar]);

/** The text may end here. */
export function accepts(grammar: Grammar): boolean {
  switch (grammar.kind) {
    case "end":
      return true;
    case "leaf":
      return grammar.accepts;
    case "later":
      return false;
    case "sequence":
      return accepts(grammar.first) && accepts(grammar.rest);
    case "choice":
      return grammar.options.some(accepts);
  }
}

/** What may follow behind a byte; undefined: the byte may not follow. */
export function next(grammar: Grammar, byte: number): Grammar | undefined {
  switch (grammar.kind) {
    case "end":
      return undefined;
    case "leaf":
      return grammar.step(byte);
    case "later":
      return next(grammar.get(), byte);
    case "sequence": {
      const first = next(grammar.first, byte);
      const rest = accepts(grammar.first) ? next(grammar.rest, byte) : undefined;
      return oneOf(first && followed(first, grammar.rest), rest);
    }
    case "choice": {
      const found = grammar.options.flatMap((option) => next(option, byte) ?? []);
      return found.length > 0 ? choice(...found) : undefined;
    }
  }
}

const oneOf = (one: Grammar | undefined, other: Grammar | undefined) =>
  one && other ? choice(one, other) : (one ?? other);

/** What may follow behind several bytes. */
export function walk(grammar: Grammar, bytes: Iterable<number>): Grammar | undefined {
  let at: Grammar | undefined = grammar;
  for (const byte of bytes) {
    if (!at) return undefined;
    at = next(at, byte);
  }
  return at;
}

/** A grammar that looks the same to whoever reads no further than so many bytes. */
export function near(grammar: Grammar, bytes: number): Grammar {
  switch (grammar.kind) {
    case "leaf":
      return grammar.near?.(bytes) ?? grammar;
    case "sequence":
      return followed(near(grammar.first, bytes), grammar.rest);
    case "choice":
      return choice(...grammar.options.map((option) => near(option, bytes)));
    default:
      return grammar;
  }
}

/** More than one byte may follow. */
export const SEVERAL = -1;

/** The only byte that may follow; `SEVERAL`, or undefined where nothing may. An end that may come here does not count. */
export function onlyByte(grammar: Grammar): number | undefined {
  switch (grammar.kind) {
    case "end":
      return undefined;
    case "leaf":
      return onlyByteOf(grammar);
    case "later":
      return onlyByte(grammar.get());
    case "sequence":
      return accepts(grammar.first)
        ? same(onlyByte(grammar.first), onlyByte(grammar.rest))
        : onlyByte(grammar.first);
    case "choice":
      return grammar.options.map(onlyByte).reduce(same);
  }
}

function onlyByteOf({ step }: Leaf): number | undefined {
  let only: number | undefined;
  for (let byte = 0; byte < 256; byte++) {
    if (!step(byte)) continue;
    if (only !== undefined) return SEVERAL;
    only = byte;
  }
  return only;
}

function same(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other;
  return other === undefined || other === one ? one : SEVERAL;
}
