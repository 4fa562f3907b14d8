import { decode } from "../core/decode.js";
import type { Distribution } from "../core/distribution.js";
import { depths } from "../core/tree.js";
import type { Drafter, Encoded, Token } from "../core/types.js";
import { fixedLength } from "../plans/fixed.js";
import { identical } from "../verifiers/identical.js";
import { assert, type Check } from "./check.js";
import type { Toy } from "./toy.js";
import { fateOf, nodesFrom, type Script, type Watched, watched } from "./watch.js";

const SEEDS = 4;
const LENGTH = 10;
/** Draws of a run that are made again with other results. */
const MOST = 24;

/** What a run of the checks needs: a fresh target and drafter. */
export interface DrawCheckSetup<E extends Encoded> {
  readonly encoded: E;
  create(): { readonly target: Toy; readonly drafter: Drafter<E> };
}

/**
 * What rejection sampling needs to be exact, found without statistics: each guess that says it was drawn was drawn, for its
 * place, from what it says; and nothing about the draws themselves decides whether they are proposed, or how sure of them the
 * drafter is. For this, single draws of a run are made again with another result.
 */
export function drawChecks<E extends Encoded>({ encoded, create }: DrawCheckSetup<E>): Check[] {
  async function run(seed: number, script: Script = {}, proposals = Number.POSITIVE_INFINITY) {
    const { target, drafter } = create();
    const watch = watched(drafter, script);
    const settings = { target, encoded, verifier: identical(), plan: fixedLength(4, 2) };
    const options = { ...settings, drafter: watch.drafter, seed, maxTokens: LENGTH, clock: () => 0 };
    for await (const _ of decode(options)) if (watch.proposals.length >= proposals) break;
    return watch;
  }
  return [
    {
      name: "says truly what its guesses were drawn from",
      async run() {
        for (let seed = 0; seed < SEEDS; seed++) assertDrawn(await run(seed));
      },
    },
    {
      name: "neither hides a draw nor is surer of it because of what was drawn",
      async run() {
        for (let seed = 0; seed < SEEDS; seed++) {
          const first = await run(seed);
          for (let nth = 0; nth < Math.min(MOST, first.draws.length); nth++) {
            const turn = first.proposals.findIndex(({ draws }) => draws.includes(first.draws[nth]));
            if (turn < 0) continue;
            const runs = [first];
            for (const token of others(first.draws[nth].from, first.draws[nth].token)) {
              const draw = (at: number) => (at === nth ? token : undefined);
              runs.push(await run(seed, { draw }, turn + 1));
            }
            assertBlind(runs, turn, nth);
          }
        }
      },
    },
  ];
}

/** The likeliest and the least likely of the tokens that were not drawn. */
function others({ tokens, weights }: Distribution, drawn: Token): Token[] {
  const rest = [...tokens.keys()].filter((i) => tokens[i] !== drawn).sort((a, b) => weights[b] - weights[a]);
  return [...new Set([rest[0], rest[rest.length - 1]])].filter((i) => i !== undefined).map((i) => tokens[i]);
}

function assertDrawn<E extends Encoded>({ proposals }: Watched<E>): void {
  proposals.forEach((proposal) => {
    const { draft, place } = proposal;
    const depth = depths(draft);
    const explained = new Set<number>();
    const until = proposals.slice(0, proposals.indexOf(proposal) + 1).flatMap(({ draws }) => draws);
    for (const drawn of until)
      for (const node of nodesFrom(proposal, drawn))
        if (draft.tokens[node] === drawn.token) explained.add(node);
    draft.drawnFrom?.forEach((from, node) => {
      assert(
        from === undefined || explained.has(node),
        `token ${draft.tokens[node]} for place ${place + depth[node]} says that it was drawn, and context.draw did not give it there from that distribution`,
      );
    });
  });
}

/** Compares runs in which the nth draw had different results, up to the proposal that the draw was made for. */
function assertBlind<E extends Encoded>(runs: readonly Watched<E>[], turn: number, nth: number): void {
  const [first] = runs;
  for (const other of runs) {
    const same = first.draws.slice(0, nth).every(({ token }, i) => token === other.draws[i]?.token);
    assert(
      same && other.proposals.length > turn && other.draws[nth]?.place === first.draws[nth].place,
      "the same sequence with the same draws is not drafted alike: let no chance in but that of context.draw",
    );
  }
  const at = `place ${first.draws[nth].place}`;
  const fates = runs.map(({ proposals, draws }) => ({
    ...fateOf(proposals[turn], draws[nth]),
    token: draws[nth].token,
  }));
  for (const one of fates)
    for (const other of fates)
      assert(
        one.hidden === other.hidden && (one.shown ?? other.shown) === (other.shown ?? one.shown),
        `${at}: it depends on the draws there whether they are proposed (${one.token}, ${other.token}): a draw must not be left out for its value`,
      );
  const since = first.draws.indexOf(first.proposals[turn].draws[0]);
  for (const other of runs)
    for (let i = since; i <= nth; i++) {
      const [sure, sureToo] = [first, other].map(({ proposals, draws }) =>
        nodesFrom(proposals[turn], draws[i]).map((node) => proposals[turn].draft.confidence?.[node]),
      );
      const differs = sure.findIndex((value, j) => Math.abs((value ?? -1) - (sureToo[j] ?? -1)) > 1e-9);
      assert(
        sure.length !== sureToo.length || differs < 0,
        `${at}: with token ${first.draws[nth].token} drawn there a guess for place ${first.draws[i].place} has the confidence ${sure[differs]}, and with token ${other.draws[nth].token} ${sureToo[differs]}: take the distribution's maximum, which is known before the draw`,
      );
    }
}
