// What relaxed verifiers bring in tokens a pass, and what they cost: distance from the lossless distribution, and pictures.
import { contest, summarise } from "../contest.mjs";
import { counted, paragraphs, percent, save, strayLine, table, times } from "../report.mjs";
import { headOf } from "../speed.mjs";
import { mean, psnr, share, squaredError, totalVariation } from "../stats.mjs";
import { openJudge } from "./judge.mjs";
import { draw, heldOut, setUp } from "./prompts.mjs";

const KNOBS = {
  nearest: [0.05, 0.1, 0.2, 0.4],
  tolerance: [0.05, 0.1, 0.2, 0.4],
  group: [1, 2],
  typical: [0.5, 0.7, 0.9],
  lenient: [0.3, 0.5, 0.7],
  topk: [2, 5, 20],
};
/** Guesses a pass: under relaxed verifiers a length that varies would make output depend on the clock. */
export const LENGTH = 24;
/** The seeds of the reference are none of those under test: all distances then have one floor, that of chance. */
const OTHERS = 1000;

export async function relaxedBench(model, options) {
  const [rounds, seeds] = [options.rounds ?? 1, options.seeds ?? 2].map(Number);
  const temperature = Number(options.temperature ?? model.manifest.sampling.temperature);
  const prompts = heldOut(options.prompts);
  const items = Array.from({ length: seeds }, (_, i) =>
    prompts.map((prompt, stream) => ({ prompt, stream, seed: i + 1 })),
  ).flat();
  const contenders = await enterAll(model, { temperature });
  await contest({
    contenders,
    items,
    rounds,
    warm: 2,
    nouns: "prompts",
    async run({ setup, offset = 0 }, { prompt, seed, stream }) {
      const { tokens, metrics, wall } = await draw(model, prompt, setup, { seed: seed + offset, stream });
      return { tokens, metrics, wall };
    },
  });
  const judge = await openJudge();
  const report = {
    ...headOf(model),
    temperature,
    prompts: prompts.length,
    seeds,
    rounds,
    judge: judge?.figures,
    rows: await judged(model, contenders, items, judge),
  };
  const text = markdown(report);
  save(options.out, { "image-relaxed.json": report, "image-relaxed.md": text });
  console.log(text);
}

/** Plain decoding; lossless speculation with the plan, with the fixed length, with other seeds; every knob. */
async function enterAll(model, sampling) {
  const jacobi = (name, rest) => enterOne(name, { drafter: "jacobi", sampling, ...rest });
  const enterOne = async (name, { isExact = false, offset, relax, ...rest }) => ({
    name,
    isExact,
    offset,
    relax,
    setup: await setUp(model, rest),
  });
  const contenders = [
    await enterOne("none", { drafter: "none", sampling, isExact: true }),
    await jacobi("identical, planned", { isExact: true }),
    await jacobi("identical", { isExact: true, draftLength: LENGTH }),
    await jacobi("identical, other seeds", { offset: OTHERS, draftLength: LENGTH }),
  ];
  for (const [name, knobs] of Object.entries(KNOBS)) {
    for (const relax of knobs)
      contenders.push(
        await jacobi(name, { relax, draftLength: LENGTH, verifier: model.verifier(name, relax) }),
      );
  }
  return contenders;
}

const tokensOf = ({ runs }) => runs.map(([{ tokens }]) => tokens);

async function judged(model, contenders, items, judge) {
  const [plain] = contenders;
  const lossless = tokensOf(plain);
  const others = tokensOf(contenders.find(({ offset }) => offset)).flat();
  const painted = [];
  for (const tokens of lossless) painted.push((await model.decode(tokens)).data);

  const rows = [];
  for (const contender of contenders) {
    const pictures = tokensOf(contender);
    const isEqual = pictures.map((tokens, i) => tokens.join() === lossless[i].join());
    const errors = [];
    for (const [i, tokens] of pictures.entries())
      errors.push(isEqual[i] ? 0 : squaredError((await model.decode(tokens)).data, painted[i]));
    const { strays, ...figures } = summarise(contender, plain);
    rows.push({
      ...figures,
      strays: contender.isExact ? strays : 0,
      relax: contender.relax,
      variation: totalVariation(pictures.flat(), contender.offset ? lossless.flat() : others),
      equal: share(isEqual, Boolean),
      psnr: psnr(mean(errors)),
      recognised: await judge?.share(
        items.map(({ prompt: { caption } }, i) => ({ caption, tokens: pictures[i] })),
      ),
    });
  }
  return rows;
}

function markdown({ machine, model, device, temperature, prompts, seeds, judge, rows }) {
  const floor = rows[0].variation;
  const head = ["verifier", "relax", "tokens a pass", "speed-up", "total variation"];
  return paragraphs(
    `Model ${model}, temperature ${temperature}, ${counted(prompts, "held-out caption")}, ${counted(seeds, "seed")}, Jacobi decoding with ${LENGTH} guesses a pass, ${device}. ${machine}.`,
    table(
      [...head, "equal pictures", "PSNR", "recognised"],
      rows.map((row) => [
        row.name === "none" ? "none (plain)" : row.name,
        row.relax ?? "",
        row.tokensPerPass.toFixed(2),
        times(row.speedup),
        row.variation.toFixed(3),
        percent(row.equal, 0),
        row.equal === 1 ? "" : `${row.psnr.toFixed(1)} dB`,
        row.recognised === undefined ? "no judge" : percent(row.recognised, 0),
      ]),
    ),
    strayLine(rows, "tokens"),
    `Total variation is between the histograms of all tokens and those of lossless pictures with other seeds: ${floor.toFixed(3)} is chance. Pictures are compared with the lossless ones of the same seed, PSNR is that of the mean squared error.`,
    judge &&
      `Recognised: the judge names the caption, one of a thousand. It was trained on the real pictures, those held out from the model too; moved copies that it never saw it names in ${percent(judge.unseen_version, 0)} of all cases.`,
  );
}
