// Contenders in turn on the same work: who runs behind whom changes, so that what disturbs the machine disturbs all alike.
import { addMetrics, generate } from "../dist/index.js";
import { toEnd } from "../dist/medium/run.js";
import { median, sum } from "./stats.mjs";

/** Plain decoding, then the drafters of a medium, or those of them that were asked for. */
export function drafterNames(all, only) {
  const drafters = Object.keys(all).filter((name) => name !== "none");
  const unknown = only?.find((name) => !(name in all));
  if (unknown) throw new Error(`there is no drafter "${unknown}": choose one of ${drafters.join(", ")}`);
  return ["none", ...drafters.filter((name) => !only || only.includes(name))];
}

/** A contender for each drafter that the model has. */
export async function enter(drafters, setUp) {
  const contenders = [];
  for (const name of drafters) {
    try {
      contenders.push({ name, setup: await setUp(name) });
    } catch (error) {
      console.error(`left out ${name}: ${error.message}`);
    }
  }
  return contenders;
}

/** A run of the loop from the prompt to the last chunk: its tokens, figures and milliseconds. */
export async function timed(modality, prompt, options, consume) {
  const tokens = [];
  const began = performance.now();
  const { metrics } = await toEnd((watch) => generate(modality, prompt, { ...options, ...watch }), {
    onRound: (round) => void tokens.push(...round.tokens),
    each: consume,
  });
  return { tokens, metrics, wall: performance.now() - began };
}

/**
 * Runs all contenders on all items, `rounds` times, and gives each its `runs`, by item. A round before the first, of the first
 * `warm` items, warms up and lets the plans learn.
 */
export async function contest({ contenders, items, rounds, warm = items.length, run, nouns }) {
  for (const contender of contenders) contender.runs = items.map(() => []);
  const total = Math.min(warm, items.length) + items.length * rounds;
  for (let round = -1, done = 0; round < rounds; round++) {
    for (const [index, item] of items.entries()) {
      if (round < 0 && index >= warm) break;
      const order = contenders.map((_, i) => contenders[(i + index + round + 1) % contenders.length]);
      for (const contender of order) {
        const result = await run(contender, item, index);
        if (round >= 0) contender.runs[index].push(result);
      }
      if (process.stderr.isTTY)
        process.stderr.write(`\r${++done} of ${total} ${nouns}${done < total ? "" : "\n"}`);
    }
  }
}

/** Runs of a contender whose tokens are not those of plain decoding. */
export const strays = (contender, plain) =>
  contender.runs.flatMap((runs, item) => {
    const wanted = plain.runs[item][0].tokens.join();
    return runs.filter(({ tokens }) => tokens.join() !== wanted);
  });

/** By token: what a run commits in its first round, where that is not counted, differs. */
const loopTime = ({ metrics }) => metrics.time.total / metrics.tokens;
const medians = ({ runs }, read) => runs.map((all) => median(all.map(read)));
const fastest = ({ runs }) => runs.map((all) => Math.min(...all.map(loopTime)));

/** The figures that all media have in common. */
export function summarise(contender, plain) {
  const { name, runs } = contender;
  const times = medians(contender, loopTime);
  const plainTimes = medians(plain, loopTime);
  const first = runs.map(([{ metrics }]) => metrics);
  const { tokensPerPass, acceptanceRate, drafted, passes, byDepth } = addMetrics(first);
  const all = runs.flat();
  const { time, passes: allPasses } = addMetrics(all.map(({ metrics }) => metrics));
  return {
    name,
    tokensPerPass,
    acceptanceRate,
    meanDraft: drafted / passes,
    speedup: median(times.map((ms, i) => plainTimes[i] / ms)),
    // Of single items the fastest runs are compared: a median of few carries the machine's noise.
    slowest: Math.min(...fastest(contender).map((ms, i) => fastest(plain)[i] / ms)),
    msPerToken: median(times),
    draftPerPass: time.draft / allPasses,
    parts: Object.fromEntries(
      ["draft", "target", "verify", "rest"].map((name) => [name, time[name] / time.total]),
    ),
    /** Of everything, what is spent outside the loop of tokens: sound, pixels. */
    decoderShare: 1 - time.total / sum(all.map(({ wall }) => wall)),
    byDepth: byDepth
      .slice(0, 32)
      .map((depth) => ({ drafted: depth.drafted, rate: depth.accepted / depth.drafted })),
    strays: strays(contender, plain).length,
  };
}

/** What drafting could bring at most, by rows a pass, if all guesses stood and cost nothing. */
export const ceilings = (curve, cost) =>
  curve.map(([rows]) => ({ rows, ms: cost(rows), ceiling: (rows * cost(1)) / cost(rows) }));
