import { usage } from "../../core/errors.js";
import { noSuch } from "../../core/near.js";
import { draftersOf, METHODS, type Method, verifiersOf } from "../../methods/index.js";
import type { Host } from "../host.js";
import { sendLines } from "../models.js";
import { manifestsOf } from "./models.js";
import type { MethodsFlags } from "./options.js";
import { detailsOf, tableOf } from "./show.js";
import { isElsewhere, told } from "./told.js";

/** `foretoken methods` */
export async function methodsCommand(
  input: readonly string[],
  flags: MethodsFlags,
  host: Host,
): Promise<void> {
  const wanted = input.join(" ");
  const named = wanted === "" ? METHODS : methodsCalled(wanted);
  if (named.length === 0) throw noSuch(`method "${wanted}"`, wanted, names());
  const manifests = await manifestsOf(flags, host);
  const { medium, json } = flags;
  const all = named
    .map((method) => told(method, manifests, medium))
    .filter((one) => medium === undefined || !isElsewhere(one));
  if (all.length === 0)
    throw usage(`${medium} has no such method: foretoken methods ${wanted} says which medium has it`);
  if (json) {
    const models = Object.fromEntries(
      Object.entries(manifests).map(([kind, { name, version }]) => [kind, { name, version }]),
    );
    return sendLines([JSON.stringify({ models, methods: all })], host);
  }
  const text = wanted === "" ? tableOf(all) : all.map(detailsOf).join("\n\n");
  await sendLines([text, ...(wanted === "" ? ["", MORE] : [])], host);
}

/** Those of this name, their own or that of a drafter or a verifier; if there are none, those whose name holds it. */
function methodsCalled(wanted: string): readonly Method[] {
  const low = wanted.toLowerCase();
  const isPart = (method: Method) =>
    [...draftersOf(method), ...verifiersOf(method)].some(({ name }) => name === low);
  const exact = METHODS.filter((method) => method.name.toLowerCase() === low || isPart(method));
  return exact.length > 0 ? exact : METHODS.filter(({ name }) => name.toLowerCase().includes(low));
}

const MORE = "All there is to know of one: foretoken methods NAME. Output does not depend on who drafts.";

const names = () => METHODS.map(({ name }) => name);
