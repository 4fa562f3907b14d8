import { drafterChecks, TOY_HEADS } from "../../src/conformance/index.js";
import {
  aligned,
  branches,
  copy,
  firstNonEmpty,
  given,
  gridLookup,
  heads,
  jacobi,
  longest,
  lookup,
  model,
  none,
  reference,
} from "../../src/drafters/index.js";
import { conforms } from "./run.js";

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
  "branches",
  drafterChecks((_, small) => branches(model(small), lookup())),
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
