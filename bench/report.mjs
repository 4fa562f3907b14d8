const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** The tables as Markdown. */
export function markdown({ machine, voice, device, temperature, sentences, rows, ceiling, peers }) {
  const best = Math.max(...ceiling.map((point) => point.ceiling));
  const lines = [
    `Voice ${voice}, temperature ${temperature}, ${sentences} sentences, ${device}. ${machine}.`,
    "",
    "| drafter | units a pass | accepted | speed-up | slowest sentence | ms a unit | draft / target / verify / rest | times real time, sound included |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => {
      const parts = ["draft", "target", "verify", "rest"]
        .map((name) => (100 * row.parts[name]).toFixed(1))
        .join(" / ");
      const cells = [
        row.drafter === "none" ? "none (plain)" : row.drafter,
        row.tokensPerPass.toFixed(2),
        row.drafter === "none" ? "" : percent(row.acceptanceRate),
        `${row.speedup.toFixed(2)}x`,
        `${row.slowest.toFixed(2)}x`,
        row.msPerUnit.toFixed(2),
        `${parts} %`,
        row.timesRealTime.toFixed(1),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
    "",
    `A pass of S rows costs v(S); no draft of S - 1 guesses can be faster than S v(1) / v(S): ${ceiling
      .map(({ rows: size, ms, ceiling: most }) => `${size} rows ${ms.toFixed(2)} ms (${most.toFixed(2)}x)`)
      .join(
        ", ",
      )}. The best drafter reaches ${Math.max(...rows.map((row) => row.speedup)).toFixed(2)} of ${best.toFixed(2)}.`,
  ];
  if (peers) {
    lines.push("", "| program, whole process | times real time | first sound after |", "|---|---|---|");
    for (const peer of peers)
      lines.push(`| ${peer.name} | ${peer.timesRealTime.toFixed(1)} | ${peer.first.toFixed(2)} s |`);
  }
  return `${lines.join("\n")}\n`;
}

/** Acceptance by depth and speed-up by drafter, as an SVG. */
export async function picture({ rows }) {
  const [{ parse, View, Warn }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const drafters = rows.filter((row) => row.drafter !== "none");
  const acceptance = drafters.flatMap(({ drafter, byDepth }) =>
    byDepth
      .filter(({ drafted }) => drafted >= 20)
      .map(({ rate }, depth) => ({ drafter, depth: depth + 1, rate })),
  );
  const color = {
    field: "drafter",
    type: "nominal",
    sort: drafters.map(({ drafter }) => drafter),
    title: "drafter",
  };
  const { spec } = compile({
    background: "white",
    config: { font: "sans-serif" },
    hconcat: [
      {
        width: 360,
        height: 220,
        title: "Guesses that stand, by depth",
        data: { values: acceptance },
        mark: { type: "line", point: true },
        encoding: {
          x: { field: "depth", type: "quantitative", title: "place in the draft", axis: { tickMinStep: 1 } },
          y: { field: "rate", type: "quantitative", title: "share that stands", scale: { domain: [0, 1] } },
          color,
        },
      },
      {
        width: 220,
        height: 220,
        title: "Speed-up over plain decoding",
        data: {
          values: rows.map(({ drafter, speedup }) => ({
            drafter: drafter === "none" ? "plain" : drafter,
            speedup,
          })),
        },
        mark: "bar",
        encoding: {
          y: { field: "drafter", type: "nominal", sort: "-x", title: null },
          x: { field: "speedup", type: "quantitative", title: "wall clock, times" },
        },
      },
    ],
  });
  return new View(parse(spec), { renderer: "none", logLevel: Warn }).toSVG();
}
