import { sessionChecks, toyModel } from "../../src/conformance/index.js";
import { conforms } from "./run.js";

conforms(
  "toy model",
  sessionChecks(async () => toyModel({ vocabularySize: 6 }), {
    prompt: [1, 2, 3],
    continuation: [0, 1, 2, 3, 4, 5, 0, 1],
  }),
);
