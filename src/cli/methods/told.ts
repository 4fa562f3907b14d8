import {
  draftersOf,
  guaranteeOf,
  type Medium,
  type Method,
  type Ready,
  readyOf,
  verifiersOf,
} from "../../methods/index.js";
import type { Manifests } from "./models.js";

/** A method, and what is known of its parts in some models. */
export interface Told extends Omit<Method, "drafters" | "verifiers"> {
  readonly drafters: readonly ToldDrafter[];
  readonly verifiers: readonly {
    readonly medium: Medium;
    readonly name: string;
    readonly guarantee: string;
  }[];
}

export interface ToldDrafter extends Partial<Omit<Ready, "what">> {
  readonly medium: Medium;
  readonly name: string;
  /** The model that was asked; undefined: there is none of this medium. */
  readonly model?: string;
  readonly needs?: Ready["what"];
}

/** What a method is in the media of `manifests`, or in the one that is asked for. */
export function told(method: Method, manifests: Manifests, medium?: Medium): Told {
  const asked = <P extends { readonly medium: Medium }>(part: P) =>
    medium === undefined || part.medium === medium;
  const { drafters: _, verifiers: __, ...rest } = method;
  return {
    ...rest,
    drafters: draftersOf(method)
      .filter(asked)
      .map((part) => toldDrafter(part, manifests)),
    verifiers: verifiersOf(method)
      .filter(asked)
      .map((part) => ({ ...part, guarantee: guaranteeOf(part.name) })),
  };
}

type Drafter = ReturnType<typeof draftersOf>[number];

function toldDrafter({ medium, name }: Drafter, manifests: Manifests): ToldDrafter {
  const manifest = manifests[medium];
  if (!manifest) return { medium, name };
  const { what: needs, ...ready } = readyOf(medium, name, manifest);
  return { medium, name, model: manifest.name, needs, ...ready };
}

/** Nothing of it is in the medium that is asked for. */
export const isElsewhere = ({ drafters, verifiers }: Told) => drafters.length + verifiers.length === 0;
