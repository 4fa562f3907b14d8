import { withAhead } from "./ahead.js";
import type { Distribution } from "./distribution.js";
import { failure } from "./errors.js";
import { type Noise, pick, sample } from "./noise.js";
import { onlyToken, type Place, walk } from "./places.js";
import type { Sampler } from "./sampling.js";
import { depths, firstPath, pathTo, subtree, tokensOn } from "./tree.js";
import type { Budget, Draft, Model, Scores, Token, Verdict, Verifier } from "./types.js";

export interface JudgeSetup {
  readonly target: Model;
  readonly verifier: Verifier;
  readonly sampler: Sampler;
  readonly noise: Noise;
  /** Where the rules are behind the output so far. */
  readonly place: Place;
  readonly prompt: readonly Token[];
  readonly output: readonly Token[];
}

/** Everything that turns logits of one round's positions into distributions, draws and a verdict. */
export function createJudge({ target, verifier, sampler, noise, place, prompt, output }: JudgeSetup) {
  const start = output.length;
  const committed = output.slice();
  const { vocabularySize } = target;
  const model = target.name ? `the model "${target.name}"` : "the model";

  /** Behind an end or an illegal token rules are not asked, and nothing is kept: no mask is needed there. */
  const maskAt = (at: Place | undefined) => (at && !at.ended ? at.mask() : undefined);
  const raw = (logits: Float32Array, path: readonly Token[] = []) =>
    sampler(
      logits,
      { prompt, output: committed, path, where: "a drafter's logits" },
      maskAt(walk(place, path)),
    );
  const pickAt = (distribution: Distribution, depth: number) => pick(distribution, noise, start + depth);

  return {
    raw,
    pick: pickAt,
    draw: (distribution: Distribution, depth: number) =>
      verifier.draws === "noise" ? pickAt(distribution, depth) : sample(distribution, noise.chance()),
    forced: (path: readonly Token[] = []) => onlyToken(maskAt(walk(place, path)), vocabularySize),

    /**
     * The part of a proposal that can be judged: a chain where only chains can, within the budget (its first nodes: later
     * ones know nothing of the budget's end, so that nothing drawn is left out for its value), and without what no sequence
     * reaches: behind an end, or behind an illegal token. An illegal guess itself stays where it was drawn and is to be
     * rejected, since what follows a rejection depends on it.
     */
    judgeable(draft: Draft, { nodes, depth: most }: Budget): Draft {
      const tree = judgedShape(verifier, target) === "tree" ? draft : firstPath(draft);
      const depth = depths(tree);
      const places: (Place | undefined)[] = [];
      const kept: number[] = [];
      for (let node = 0; node < Math.min(nodes, tree.tokens.length); node++) {
        const parent = tree.parents[node];
        const before = parent < 0 ? place : places[parent];
        if (!before || before.ended || depth[node] >= most) continue;
        places[node] = before.step(tree.tokens[node]);
        const hidden = !places[node] && (verifier.draws === "noise" || !tree.drawnFrom?.[node]);
        if (!hidden) kept.push(node);
      }
      return subtree(tree, kept);
    },

    /**
     * The target behind each node: its distribution, its logits and its raw row, made when first asked for. What is scored ahead
     * has a raw row only.
     */
    rows(draft: Draft, scores: Scores) {
      const scored = withAhead(draft);
      const pathOf = (node: number) => pathTo(scored, node).map((on) => scored.tokens[on]);
      const whereOf = (path: readonly Token[]) =>
        `${model}, behind token ${start + path.length} of the output`;
      const cached = <T>({ tokens }: Draft, make: (node: number) => T) => {
        const made = new Map<number, T>();
        return (node: number): T => {
          if (!(node >= -1 && node < tokens.length)) throw failure(`the draft has no node ${node}`);
          const found = made.get(node) ?? make(node);
          made.set(node, found);
          return found;
        };
      };
      const rowOf = cached(scored, (node) => {
        const row = scores.row(node);
        if (row.length !== vocabularySize)
          throw failure(
            `${whereOf(pathOf(node))}: a row has ${row.length} logits, its vocabulary ${vocabularySize} tokens`,
          );
        return row;
      });
      const sampled = <T>(make: Sampled<T>) =>
        cached(draft, (node) => {
          const path = pathOf(node);
          const history = { prompt, output: committed, path, where: whereOf(path) };
          return make(rowOf(node), history, maskAt(walk(place, path)));
        });
      return { raw: rowOf, target: sampled(sampler), logits: sampled(sampler.logits) };
    },

    /** The tokens of a verdict. @throws a failure that names the verifier, where there is no such path or token */
    accepted(draft: Draft, verdict: Verdict): Token[] {
      if (!verdict?.path) throw failure(`the verifier "${verifier.name}" gave no verdict: path is missing`);
      const { path, next } = verdict;
      const tokens = tokensOn(draft, path, `the verifier "${verifier.name}" accepts`);
      if (!(Number.isInteger(next) && next >= 0 && next < vocabularySize))
        throw failure(
          `the verifier "${verifier.name}" draws token ${next}, and there are ${vocabularySize} tokens`,
        );
      return [...tokens, next];
    },
  };
}

type Sampled<T> = (...of: Parameters<Sampler>) => T;

/** Where identical output is promised, only drafts whose scores are exact can keep the promise. */
export const judgedShape = ({ shape, guarantee }: Verifier, { exact }: Model): "chain" | "tree" =>
  shape === "tree" && (guarantee !== "identical" || exact === "tree") ? "tree" : "chain";
