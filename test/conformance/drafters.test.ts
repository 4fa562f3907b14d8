import { drafterChecks, TOY_HEADS } from "../../src/conformance/index.js";
import {
  aligned,
  branches,
  buildDatastore,
  cascade,
  copy,
  eagle,
  type FeatureHead,
  firstNonEmpty,
  given,
  gridLookup,
  heads,
  jacobi,
  longest,
  lookAheadTokens,
  lookahead,
  lookup,
  mixture,
  model,
  ngrams,
  none,
  osd,
  parallel,
  recycling,
  reference,
  rest,
  selfSpeculative,
  spans,
  suffix,
  surest,
} from "../../src/drafters/index.js";
import { tableOf } from "../drafters/ngram-setup.js";
import { conforms } from "./run.js";

/** Of each of a toy's tokens the next one, and some more contexts. */
const TABLE = tableOf([
  ...Array.from({ length: 8 }, (_, i) => [[i], (i + 1) % 8, 0.5] as const),
  [[1, 2], 0, 0.9],
  [[3, 4, 5], 1, 0.7],
]);

conforms("none", drafterChecks(none));
conforms(
  "heads",
  drafterChecks(({ vocabularySize }) => heads({ count: TOY_HEADS, size: vocabularySize })),
);
conforms(
  "model",
  drafterChecks((_, small) => model(small)),
);
conforms(
  "selfSpeculative",
  // A part that goes by what the target has not read alone.
  drafterChecks((_, small) => selfSpeculative({ scores: async (_, tokens) => small.logits(tokens) })),
);
conforms(
  "lookAheadTokens",
  drafterChecks(() => lookAheadTokens([12, 13, 14])),
);
conforms(
  "lookAheadTokens behind the last guess",
  drafterChecks(() => lookAheadTokens([12, 13, 14], { behind: "last" })),
);
conforms(
  "lookup",
  drafterChecks(() => lookup()),
);
conforms(
  "reference",
  drafterChecks(() => reference()),
);
conforms(
  "copy",
  drafterChecks(() => copy({ offsets: [3, 1], blank: 0 })),
);
conforms(
  "jacobi filled by copies",
  drafterChecks(() => jacobi({ window: 6, filler: copy({ blank: 0 }) })),
);
conforms(
  "jacobi",
  drafterChecks(() => jacobi()),
);
conforms(
  "jacobi filled by lookup",
  drafterChecks(() => jacobi({ window: 6, filler: lookup() })),
);
conforms(
  "jacobi filled by a model",
  drafterChecks((_, small) => jacobi({ window: 6, filler: model(small), trust: 0.7 })),
);
conforms(
  "drafters within drafters",
  drafterChecks((_, small) => given(branches(jacobi({ filler: lookup() }), longest(lookup(), model(small))))),
);
conforms(
  "firstNonEmpty",
  drafterChecks((_, small) => firstNonEmpty(lookup({ minNgram: 2 }), model(small))),
);
conforms(
  "longest",
  drafterChecks((_, small) => longest(lookup(), model(small))),
);
conforms(
  "surest",
  drafterChecks((_, small) => surest(lookup(), reference(), model(small))),
);
conforms(
  "branches",
  drafterChecks((_, small) => branches(model(small), lookup())),
);
conforms(
  "branches of two models",
  drafterChecks((target, small) => branches(model(small), model(target))),
);

conforms(
  "suffix",
  drafterChecks(() => suffix()),
);
conforms(
  "suffix that forgets",
  drafterChecks(() => suffix({ memory: 64 })),
);
conforms(
  "spans of the reference",
  drafterChecks(() => spans()),
);
conforms(
  "spans of a document that is corrected",
  drafterChecks(() =>
    spans({
      documents: [
        [3, 1, 4, 1, 5, 9, 99, 2],
        [2, 7, 1, 8],
      ],
      corrects: true,
    }),
  ),
);
/** What the checks' target says by itself, and what has nothing to do with it. */
const STORE = buildDatastore(
  Uint16Array.from({ length: 400 }, (_, i) => (i * i + (i >> 3)) % 12),
  [11],
);
conforms(
  "rest",
  drafterChecks(() => rest(STORE, { minMatch: 1 })),
);
conforms(
  "recycling",
  drafterChecks(() => recycling()),
);
conforms(
  "recycling with little memory",
  drafterChecks(() => recycling({ memory: 3 })),
);
conforms(
  "osd",
  drafterChecks(() => osd({ steps: 8 })),
);
conforms(
  "osd by counts alone, with little memory",
  drafterChecks(() => osd({ steps: 0, memory: 5 })),
);
conforms(
  "lookahead",
  drafterChecks(() => lookahead()),
);
conforms(
  "lookahead with pairs in a short window",
  drafterChecks(() => lookahead({ window: 3, ngram: 2, each: 2 })),
);
conforms(
  "cascade",
  drafterChecks((_, small) => cascade(small, lookup())),
);
conforms(
  "cascade with a tail",
  drafterChecks((_, small) => cascade(small, recycling(), { first: 2 })),
);
conforms(
  "cascade of what draws",
  drafterChecks((target, small) => cascade(small, model(target), { first: 2, minConfidence: 0 })),
);
conforms(
  "drafters without weights within drafters",
  drafterChecks(() =>
    given(
      branches(
        firstNonEmpty(lookup({ minNgram: 2 }), suffix()),
        jacobi({ filler: recycling(), trust: 0.5 }),
        lookahead(),
      ),
    ),
  ),
);

const GRID = {
  encoded: {
    tokens: [1, 2],
    lead: 4,
    grid: [9, 2, 3],
    reference: [3, 1, 4, 1],
    pieces: [{ rows: 1, columns: 2, tokens: [5, 6] }],
  },
};
conforms(
  "gridLookup behind an aligned plan",
  drafterChecks(() => firstNonEmpty(aligned(), gridLookup({ blank: 0 })), GRID),
);
conforms(
  "jacobi filled by gridLookup",
  drafterChecks(() => jacobi({ window: 6, filler: given(gridLookup({ blank: 0 })) }), GRID),
);
conforms(
  "jacobi that trusts its filler",
  drafterChecks(() => jacobi({ window: 6, filler: gridLookup({ blank: 0 }), trust: 0.6 }), GRID),
);
conforms(
  "ngrams",
  drafterChecks(() => ngrams(TABLE)),
);
conforms(
  "a mixture of suffix, ngrams and recycling",
  drafterChecks(() => mixture(suffix(), ngrams(TABLE), recycling())),
);

/** A head that goes by the first of a row's features and its token. */
const TOY_HEAD: FeatureHead = {
  open() {
    let rows = 0;
    let from = 0;
    const scores = () => ({ tokens: [0, 1, 2].map((i) => (from + i) % 8), logits: [-0.5, -1.5, -2] });
    return {
      room: () => 40 - rows,
      async read(tokens, features) {
        rows += tokens.length;
        from = Math.floor(Math.abs(4 * (features.at(-1)?.[0] ?? 0))) + (tokens.at(-1) ?? 0);
        return [scores()];
      },
      async step(token) {
        from += token + 1;
        return scores();
      },
    };
  },
};
conforms(
  "eagle",
  drafterChecks(() => eagle(TOY_HEAD, { features: "heads" })),
);
/** One that says all at once. */
const AT_ONCE: FeatureHead = {
  open() {
    return {
      room: () => 40,
      async read(tokens) {
        const from = tokens.at(-1) ?? 0;
        return [1, 2, 3].map((place) => ({ tokens: [(from + place) % 8, from % 8], logits: [-0.5, -1.5] }));
      },
    };
  },
};
conforms(
  "eagle by heads that see no guess",
  drafterChecks(() => eagle(AT_ONCE, { features: "heads", lead: 1 })),
);
conforms(
  "parallel as a tree",
  drafterChecks(() =>
    parallel(AT_ONCE, { features: "heads", lead: 1, stands: [[0.6, 0.3], [0.5, 0.2], [0.4]] }),
  ),
);
conforms(
  "parallel as a chain, of the prompt's features",
  drafterChecks(() => parallel(AT_ONCE, { features: "heads", promptOnly: true })),
);
conforms(
  "eagle beside suffix",
  drafterChecks(() => eagle(TOY_HEAD, { features: "heads", lead: 2, beside: suffix() })),
);
