// What the target says of an answer that is given to it.
/** Logits behind the prompt and behind each of the tokens, in one pass. */
export async function forcedRows(target, prompt, tokens) {
  const session = await target.open();
  try {
    const draft = { tokens, parents: tokens.map((_, i) => i - 1) };
    const [scores] = await target.pass([{ session, tokens: prompt, draft }]);
    const rows = [-1, ...tokens.keys()].map((node) => scores.row(node).slice());
    return (i) => rows[i];
  } finally {
    await session[Symbol.asyncDispose]();
  }
}
