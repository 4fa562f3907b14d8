// Pictures for the documentation.

const colour = (field, sort) => ({ field, type: "nominal", sort, title: field });

/** Acceptance by depth and speed-up by drafter, side by side. */
export function drafterPanels(rows) {
  const drafters = rows.filter(({ name }) => name !== "none");
  const acceptance = drafters.flatMap(({ name: drafter, byDepth }) =>
    byDepth
      .filter(({ drafted }) => drafted >= 20)
      .map(({ rate }, depth) => ({ drafter, depth: depth + 1, rate })),
  );
  return [
    {
      width: 360,
      height: 220,
      title: "Guesses that stand, by depth",
      data: { values: acceptance },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "depth", type: "quantitative", title: "place in the draft", axis: { tickMinStep: 1 } },
        y: { field: "rate", type: "quantitative", title: "share that stands", scale: { domain: [0, 1] } },
        color: colour(
          "drafter",
          drafters.map(({ name }) => name),
        ),
      },
    },
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

/** What fixed draft lengths allow and bring, and what the plan brings. */
export function lengthPanel(lengths, plan) {
  const values = lengths.flatMap(({ length, allowed, speedup }) => [
    { length, times: allowed, "speed-up": "allowed" },
    { length, times: speedup, "speed-up": "measured" },
    { length, times: plan, "speed-up": "of the plan" },
  ]);
  return {
    width: 260,
    height: 220,
    title: "Jacobi decoding, by draft length",
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "length", type: "quantitative", title: "guesses a pass" },
      y: { field: "times", type: "quantitative", title: "wall clock, times" },
      color: colour("speed-up", ["allowed", "measured", "of the plan"]),
    },
  };
}

/** Tokens a pass by frame of a clip; a row's first figure is that of the tokens before the frames. */
export function framePanel(rows) {
  const drafters = rows.filter(({ name }) => name !== "none");
  const values = drafters.flatMap(({ name: drafter, byFrame }) =>
    byFrame.slice(1).map((tokens, frame) => ({ drafter, frame, tokens })),
  );
  return {
    width: 300,
    height: 220,
    title: "Tokens a pass, by frame",
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "frame", type: "quantitative", title: "frame", axis: { tickMinStep: 1 } },
      y: { field: "tokens", type: "quantitative", title: "tokens a pass" },
      color: colour(
        "drafter",
        drafters.map(({ name }) => name),
      ),
    },
  };
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
