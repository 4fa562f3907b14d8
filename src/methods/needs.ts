import type { Media, Medium, Need } from "./types.js";

const NOTHING = { what: "nothing" } as const;
const EXPORT = "models/training/text teaches and exports one";
type Text = Media["text"]["manifest"];

/** One of the networks that models/training/text teaches together. */
const net = (script: string, sections: Need<Text>["sections"]): Need<Text> => ({
  what: "weights",
  sections,
  get: `${EXPORT} (${script})`,
  taught: { minutes: 9, on: "H200, eight networks at once" },
});

const SMALL: Need<Text> = {
  ...net("export_student.py", ["draft"]),
  get: `--draft MODEL names a small model of the same tokens; ${EXPORT} (export_student.py)`,
};
const TABLE = { what: "a table", sections: ["ngrams"], taught: { minutes: 1, on: "H200" } } as const;
const READER = { what: "weights", sections: ["follow"], taught: { minutes: 2, on: "H100" } } as const;
const VOICE = "another voice has it, or models/training/speech teaches it (drafters.py)";

/** What each drafter needs besides the target: by medium and name, none left out. */
export const NEEDS: {
  readonly [M in Medium]: Readonly<Record<Media[M]["drafter"], Need<Media[M]["manifest"]>>>;
} = {
  text: {
    auto: { ...TABLE, optional: true },
    lookup: NOTHING,
    suffix: NOTHING,
    osd: NOTHING,
    eagle: {
      what: "weights",
      sections: ["eagle"],
      get: `${EXPORT} (export_head.py)`,
      taught: { minutes: 12, on: "H200" },
    },
    medusa: net("export_parallel.py", ["medusa"]),
    block: net("export_block.py", ["block"]),
    specdec: net("export_block.py", ["specdec"]),
    specinfer: net("export_student.py", ["draft", "boosted"]),
    exit: net("export_self.py", ["exit"]),
    skip: { what: "weights", sections: ["skip"], get: `${EXPORT} (skips.py, export_self.py)` },
    pass: { ...net("export_self.py", []), inTarget: ({ lookAhead }) => lookAhead },
    ngrams: { ...TABLE, get: "models/training/text makes one (ngrams.py)" },
    spans: NOTHING,
    rest: {
      what: "a datastore",
      get: "foretoken datastore build FILE... -o notes.fds makes one; then --datastore notes.fds",
    },
    recycling: NOTHING,
    lookahead: NOTHING,
    model: SMALL,
    cascade: SMALL,
  },
  speech: {
    follow: { ...READER, get: VOICE },
    reference: { ...READER, get: VOICE },
    model: { what: "weights", sections: ["draft"], get: VOICE, taught: { minutes: 0.6, on: "H100" } },
    heads: {
      what: "weights",
      inTarget: ({ taps }) => taps?.heads,
      get: VOICE,
      taught: { minutes: 0.5, on: "H100" },
    },
    jacobi: NOTHING,
    lookup: NOTHING,
  },
  image: {
    jacobi: NOTHING,
    copy: NOTHING,
    heads: {
      what: "weights",
      sections: ["heads"],
      get: "another model has them, or models/training/image teaches them (heads.py)",
      taught: { minutes: 1, on: "H100" },
    },
    lookup: NOTHING,
  },
  video: { jacobi: NOTHING, lookup: NOTHING, copy: NOTHING },
};
