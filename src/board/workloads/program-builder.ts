import type { OutputFormat } from "../../domain/evidence.ts";
import type { Task } from "../../domain/task.ts";
import { checkProgram } from "./check-program.ts";
import type { CombineOp, Element, Flags, MapOp, Pattern, Program, Step, Tensor } from "./program.ts";

/**
 * Writes a program step by step: each verb takes tensors and gives the one it has made.
 *
 *   const b = buildProgram("gemm-f32", "numbers", 4);
 *   const c = b.matmul("c", b.inputs("a", 64, 64, "f32", …), b.weights("b", 64, 64, "f32", …));
 *   return b.finish(c);
 *
 * A result is given a name. The same name with the same size and format again is the same memory: so a layer written once as a function and
 * called for every token takes its scratch once.
 */
export interface ProgramBuilder {
  weights(name: string, rows: number, columns: number, element: Element, values: ArrayLike<number>): Tensor;
  inputs(name: string, rows: number, columns: number, element: Element, values: ArrayLike<number>): Tensor;
  /** Begins as 0 in every iteration. */
  scratch(name: string, rows: number, columns: number, element: Element): Tensor;
  matmul(name: string, a: Tensor, b: Tensor, transposeB?: boolean): Tensor;
  /** As large as `index`. */
  gather(name: string, from: Tensor, index: Tensor): Tensor;
  map(name: string, op: MapOp, from: Tensor): Tensor;
  copy(name: string, from: Tensor, element: Element): Tensor;
  combine(name: string, op: CombineOp, a: Tensor, b: Tensor): Tensor;
  reduceRows(name: string, op: "sum" | "max" | "arg-max", from: Tensor): Tensor;
  requantize(name: string, from: Tensor, multiplier: number, shift: number, least: 0 | -127): Tensor;
  place(from: Tensor, into: Tensor, row: number): void;
  reduce(name: string, from: Tensor): Tensor;
  scan(name: string, from: Tensor): Tensor;
  sort(name: string, from: Tensor): Tensor;
  march(memory: Tensor, log: Tensor, order: "up" | "down", read: Pattern | null, write: Pattern | null): void;
  /** The program, checked. */
  finish(output: Tensor, flags?: { readonly tensor: Tensor; readonly detector: Flags["detector"] }): Program;
}

export function buildProgram(name: string, task: Task, inputs: number): ProgramBuilder {
  const tensors = new Map<string, Tensor>();
  const steps: Step[] = [];
  const none: readonly number[] = [];
  const declare = (tensor: Tensor): Tensor => {
    const known = tensors.get(tensor.name);
    if (known === undefined) {
      tensors.set(tensor.name, tensor);
      return tensor;
    }
    const same =
      known.rows === tensor.rows &&
      known.columns === tensor.columns &&
      known.element === tensor.element &&
      known.role === tensor.role;
    if (!same || tensor.role !== "scratch")
      throw new Error(
        `program ${name}: "${tensor.name}" is ${known.role} of ${known.rows} × ${known.columns} ${known.element} already; give the other one another name`,
      );
    return known;
  };
  const scratch = (of: string, rows: number, columns: number, element: Element): Tensor =>
    declare({ name: of, rows, columns, element, role: "scratch", values: none });
  const like = (of: string, { rows, columns }: Tensor, element: Element): Tensor =>
    scratch(of, rows, columns, element);
  const then = (step: Step, into: Tensor): Tensor => {
    steps.push(step);
    return into;
  };
  return {
    weights: (of, rows, columns, element, values) =>
      declare({ name: of, rows, columns, element, role: "weights", values }),
    inputs: (of, rows, columns, element, values) =>
      declare({ name: of, rows, columns, element, role: "inputs", values }),
    scratch,
    matmul: (into, a, b, transposeB = false) => {
      const to = scratch(into, a.rows, transposeB ? b.rows : b.columns, a.element === "i8" ? "i32" : "f32");
      const step = { do: "matmul", a: a.name, b: b.name, into } as const;
      return then(transposeB ? { ...step, transposeB } : step, to);
    },
    gather: (into, from, index) =>
      then({ do: "gather", from: from.name, index: index.name, into }, like(into, index, from.element)),
    map: (into, op, from) => then({ do: "map", op, from: from.name, into }, like(into, from, from.element)),
    copy: (into, from, element) =>
      then({ do: "map", op: "copy", from: from.name, into }, like(into, from, element)),
    combine: (into, op, a, b) =>
      then({ do: "combine", op, a: a.name, b: b.name, into }, like(into, a, a.element)),
    reduceRows: (into, op, from) =>
      then(
        { do: "reduce-rows", op, from: from.name, into },
        scratch(into, from.rows, 1, op === "arg-max" ? "i32" : from.element),
      ),
    requantize: (into, from, multiplier, shift, least) =>
      then({ do: "requantize", from: from.name, into, multiplier, shift, least }, like(into, from, "i8")),
    place: (from, into, row) => void then({ do: "place", from: from.name, into: into.name, row }, into),
    reduce: (into, from) => then({ do: "reduce", from: from.name, into }, scratch(into, 1, 1, from.element)),
    scan: (into, from) => then({ do: "scan", from: from.name, into }, like(into, from, from.element)),
    sort: (into, from) => then({ do: "sort", from: from.name, into }, like(into, from, from.element)),
    march: (memory, log, order, read, write) =>
      void then({ do: "march", memory: memory.name, log: log.name, order, read, write }, log),
    finish: (output, flags) =>
      checkProgram({
        name,
        tensors: [...tensors.values()],
        steps,
        output: output.name,
        flags: flags === undefined ? null : { tensor: flags.tensor.name, detector: flags.detector },
        inputs,
        format: output.element as OutputFormat,
        task,
      }),
  };
}
