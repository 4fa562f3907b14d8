// Pictures for the documentation.

const colour = (field, sort) => ({ field, type: "nominal", sort, title: field });
const byDrafter = (drafters) =>
  colour(
    "drafter",
    drafters.map(({ name }) => name),
  );

/** Lines of what `values` hold: which field goes along each axis, and which one tells the lines apart. */
const lines = (title, width, values, x, y, color) => ({
  width,
  height: 220,
  title,
  data: { values },
  mark: { type: "line", point: true },
  encoding: { x: { type: "quantitative", ...x }, y: { type: "quantitative", ...y }, color },
});

/** Acceptance by depth and speed-up by drafter, side by side. */
export function drafterPanels(rows) {
  const drafters = rows.filter(({ name }) => name !== "none");
  const acceptance = drafters.flatMap(({ name: drafter, byDepth }) =>
    byDepth
      .filter(({ drafted }) => drafted >= 20)
      .map(({ rate }, depth) => ({ drafter, depth: depth + 1, rate })),
  );
  return [
    lines(
      "Guesses that stand, by depth",
      360,
      acceptance,
      { field: "depth", title: "place in the draft", axis: { tickMinStep: 1 } },
      { field: "rate", title: "share that stands", scale: { domain: [0, 1] } },
      byDrafter(drafters),
    ),
    {
      width: 220,
      height: 220,
      title: "Speed-up over plain decoding",
      data: {
        values: rows.map(({ name, speedup }) => ({ drafter: name === "none" ? "plain" : name, speedup })),
      },
      mark: "bar",
      encoding: {
        y: { field: "drafter", type: "nominal", sort: "-x", title: null },
        x: { field: "speedup", type: "quantitative", title: "wall clock, times" },
      },
    },
  ];
}

/** What guesses bring against what they cost: tokens a pass by milliseconds of drafting a pass, as bright as they are fast. */
export function costPanel(rows) {
  const drafters = rows.filter(({ name }) => name !== "none");
  const values = drafters.map(({ name: drafter, draftPerPass: cost, tokensPerPass: tokens, speedup }) => ({
    ...{ drafter, cost, tokens, speedup },
  }));
  const x = { field: "cost", type: "quantitative", title: "drafting, ms a pass" };
  const y = { field: "tokens", type: "quantitative", title: "tokens a pass", scale: { zero: false } };
  const color = {
    field: "speedup",
    type: "quantitative",
    title: "times faster",
    scale: { scheme: "viridis" },
  };
  return {
    width: 420,
    height: 220,
    title: "What guesses bring, and what they cost",
    data: { values },
    layer: [
      { mark: { type: "point", filled: true, size: 80 }, encoding: { x, y, color } },
      { mark: { type: "text", dx: 8, align: "left" }, encoding: { x, y, text: { field: "drafter" } } },
    ],
  };
}

/** What fixed draft lengths allow and bring, and what the plan brings. */
export function lengthPanel(lengths, plan) {
  const values = lengths.flatMap(({ length, allowed, speedup }) => [
    { length, times: allowed, "speed-up": "allowed" },
    { length, times: speedup, "speed-up": "measured" },
    { length, times: plan, "speed-up": "of the plan" },
  ]);
  return lines(
    "Jacobi decoding, by draft length",
    260,
    values,
    { field: "length", title: "guesses a pass" },
    { field: "times", title: "wall clock, times" },
    colour("speed-up", ["allowed", "measured", "of the plan"]),
  );
}

/** Tokens a pass by frame of a clip; a row's first figure is that of the tokens before the frames. */
export function framePanel(rows) {
  const drafters = rows.filter(({ name }) => name !== "none");
  const values = drafters.flatMap(({ name: drafter, byFrame }) =>
    byFrame.slice(1).map((tokens, frame) => ({ drafter, frame, tokens })),
  );
  return lines(
    "Tokens a pass, by frame",
    300,
    values,
    { field: "frame", title: "frame", axis: { tickMinStep: 1 } },
    { field: "tokens", title: "tokens a pass" },
    byDrafter(drafters),
  );
}

/** Tokens a pass from answer to answer, by drafter: `curve` has { answer, tokensPerPass }. */
export function answerPanel(title, rows) {
  const values = rows.flatMap(({ name: drafter, curve }) => curve.map((point) => ({ drafter, ...point })));
  return lines(
    title,
    420,
    values,
    { field: "answer", title: "answers before" },
    { field: "tokensPerPass", title: "tokens a pass", scale: { zero: false } },
    byDrafter(rows),
  );
}

/** Rows of panels, each with a title if it has one, as SVG; undefined where vega is not installed. */
export async function chart(rows) {
  let library;
  try {
    library = await Promise.all([import("vega"), import("vega-lite")]);
  } catch (error) {
    console.error(`no chart: ${error.message}`);
    return undefined;
  }
  const [{ parse, View, Warn }, { compile }] = library;
  const { spec } = compile({
    background: "white",
    config: { font: "sans-serif" },
    vconcat: rows.map(({ title, panels }) => ({
      ...(title && { title: { text: title, fontSize: 16 } }),
      concat: panels,
      align: "none",
      resolve: { scale: { color: "independent" } },
    })),
    resolve: { scale: { color: "independent" } },
  });
  return new View(parse(spec), { renderer: "none", logLevel: Warn }).toSVG();
}
