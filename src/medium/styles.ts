import { z } from "zod";
import { usage } from "../core/errors.js";
import { hint } from "../core/near.js";

/** Shorter names of a model's styles, and words that choose one when they stand in a prompt. */
export const stylesSchema = z.object({
  default: z.string(),
  aliases: z.record(z.string(), z.string()),
  words: z.record(z.string(), z.string()),
});

export type NamedStyles = z.infer<typeof stylesSchema>;

export const NO_STYLES: NamedStyles = { default: "", aliases: {}, words: {} };

/** The style of a name or an alias. @throws a usage error that lists what can be chosen, near ones first */
export function styleNamed(name: string, styles: readonly string[], { aliases }: NamedStyles): string {
  const style = aliases[name] ?? name;
  if (styles.includes(style)) return style;
  const names = [...styles, ...Object.keys(aliases)];
  throw usage(
    `there is no style ${JSON.stringify(name)}: ${hint(name, names)}choose one of ${names.join(", ")}`,
  );
}
