import type { Tensor } from "onnxruntime-node";
import { type Graph, ort } from "./ort.js";

/** What goes into a graph, with its shape: whole numbers as int64, bytes as uint8, floats as float32. */
export type Input = readonly [data: readonly number[] | Uint8Array | Float32Array, shape: readonly number[]];

/** Runs a graph. @param outputs those wanted; all if left out */
export async function call(
  graph: Graph,
  inputs: Readonly<Record<string, Input>>,
  outputs: readonly string[] = graph.outputNames,
): Promise<Readonly<Record<string, Tensor>>> {
  const { Tensor } = await ort();
  const tensor = ([data, shape]: Input) => {
    if (data instanceof Float32Array) return new Tensor("float32", data, shape);
    if (data instanceof Uint8Array) return new Tensor("uint8", data, shape);
    return new Tensor("int64", BigInt64Array.from(data, BigInt), shape);
  };
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensor(input)]));
  return graph.run(feeds, outputs);
}

/** Runs a graph of one input; gives its first output. */
export async function callOne(graph: Graph, ...input: Input): Promise<Tensor> {
  const [output] = graph.outputNames;
  return (await call(graph, { [graph.inputNames[0]]: input }, [output]))[output];
}

/** The data of an output, by its type: float32, int64, uint8. */
export const floats = (tensor: Tensor) => tensor.data as Float32Array;
export const numbers = (tensor: Tensor) => Array.from(tensor.data as BigInt64Array, Number);
export const bytes = (tensor: Tensor) => tensor.data as Uint8Array;
