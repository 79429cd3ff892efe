import type { Element, Step, Tensor } from "./program.ts";

/** What is wrong with a step, in words; null: nothing. */
export function checkStep(step: Step, tensors: ReadonlyMap<string, Tensor>): string | null {
  const named = namesOf(step);
  for (const name of [...named.reads, ...named.writes])
    if (!tensors.has(name)) return `"${name}" is no tensor of the program`;
  const overwrites = step.do === "map" || step.do === "combine";
  for (const name of named.writes) {
    if (tensors.get(name)!.role !== "scratch")
      return `it writes "${name}", which is ${tensors.get(name)!.role}; only scratch may be written`;
    if (!overwrites && named.reads.includes(name)) return `it reads and writes "${name}"; give it another`;
  }
  return wrongShapes(step, (name) => tensors.get(name)!);
}

function namesOf(step: Step): { readonly reads: readonly string[]; readonly writes: readonly string[] } {
  switch (step.do) {
    case "matmul":
    case "combine":
      return { reads: [step.a, step.b], writes: [step.into] };
    case "gather":
      return { reads: [step.from, step.index], writes: [step.into] };
    case "march":
      return { reads: [], writes: [step.memory, step.log] };
    case "map":
    case "reduce-rows":
    case "requantize":
    case "place":
    case "reduce":
    case "scan":
    case "sort":
      return { reads: [step.from], writes: [step.into] };
  }
}

const arithmetic: readonly Element[] = ["f32", "i32"];
const integerMaps: readonly string[] = ["copy", "relu", "negate", "absolute"];

function wrongShapes(step: Step, tensor: (name: string) => Tensor): string | null {
  switch (step.do) {
    case "matmul": {
      const [a, b, into] = [tensor(step.a), tensor(step.b), tensor(step.into)];
      const [depth, columns] = step.transposeB === true ? [b.columns, b.rows] : [b.rows, b.columns];
      const sums = a.element === "i8" ? "i32" : "f32";
      if (a.element === "i32") return `i32 cannot be multiplied; operands are floats or i8`;
      if (b.element !== a.element) return `operands ${sized(a)} and ${sized(b)} must be of one format`;
      if (a.columns !== depth)
        return `${sized(a)} times ${sized(b)}${step.transposeB === true ? " transposed" : ""}: inner sizes ${a.columns} and ${depth} differ`;
      return unlike(into, a.rows, columns, sums);
    }
    case "gather": {
      const [from, index, into] = [tensor(step.from), tensor(step.index), tensor(step.into)];
      if (into.element !== from.element) return `${sized(into)} must have the format of ${sized(from)}`;
      return unlike(index, into.rows, into.columns, "i32") ?? wrongIndex(index, from);
    }
    case "map": {
      const [from, into] = [tensor(step.from), tensor(step.into)];
      if (step.op === "copy") return unlike(into, from.rows, from.columns, into.element);
      return (
        notIn(from, integerMaps.includes(step.op) ? arithmetic : ["f32"]) ??
        unlike(into, from.rows, from.columns, from.element)
      );
    }
    case "combine": {
      const [a, b, into] = [tensor(step.a), tensor(step.b), tensor(step.into)];
      const fits = (b.rows === a.rows || b.rows === 1) && (b.columns === a.columns || b.columns === 1);
      if (!fits || b.element !== a.element)
        return `${sized(b)} must be as large as ${sized(a)}, or a row, a column or an element of it, in its format`;
      if (step.into === step.b && (b.rows !== a.rows || b.columns !== a.columns))
        return `it writes "${step.into}" while one of its elements stands for many; give it another`;
      return notIn(a, arithmetic) ?? unlike(into, a.rows, a.columns, a.element);
    }
    case "reduce-rows": {
      const [from, into] = [tensor(step.from), tensor(step.into)];
      return (
        notIn(from, arithmetic) ?? unlike(into, from.rows, 1, step.op === "arg-max" ? "i32" : from.element)
      );
    }
    case "requantize": {
      const [from, into] = [tensor(step.from), tensor(step.into)];
      const { multiplier, shift } = step;
      if (!Number.isInteger(multiplier) || multiplier < 0 || multiplier >= 2 ** 31)
        return `multiplier ${multiplier} must be whole, 0 to 2^31 - 1`;
      if (!Number.isInteger(shift) || shift < 1 || shift > 47) return `shift ${shift} must be whole, 1 to 47`;
      return notIn(from, ["i32"]) ?? unlike(into, from.rows, from.columns, "i8");
    }
    case "place": {
      const [from, into] = [tensor(step.from), tensor(step.into)];
      if (from.element !== into.element || from.columns !== into.columns)
        return `${sized(from)} must have format and columns of ${sized(into)}`;
      if (!Number.isInteger(step.row) || step.row < 0 || step.row + from.rows > into.rows)
        return `rows ${step.row} to ${step.row + from.rows - 1} are not all in ${sized(into)}`;
      return null;
    }
    case "reduce":
      return (
        notIn(tensor(step.from), arithmetic) ?? unlike(tensor(step.into), 1, 1, tensor(step.from).element)
      );
    case "scan":
    case "sort": {
      const from = tensor(step.from);
      const count = from.rows * from.columns;
      if (step.do === "sort" && (count & (count - 1)) !== 0)
        return `${sized(from)} has ${count} elements; a sort takes a power of two`;
      return notIn(from, arithmetic) ?? unlike(tensor(step.into), from.rows, from.columns, from.element);
    }
    case "march": {
      const memory = tensor(step.memory);
      if (step.memory === step.log) return `memory and log are both "${step.log}"; give it another`;
      return (
        notIn(memory, ["i32"]) ??
        unlike(tensor(step.log), memory.rows, memory.columns, "i32") ??
        (step.read === null && step.write === null ? "it neither reads nor writes" : null)
      );
    }
  }
}

function sized({ name, rows, columns, element }: Tensor): string {
  return `"${name}" (${rows} × ${columns} ${element})`;
}

function unlike(tensor: Tensor, rows: number, columns: number, element: Element): string | null {
  return tensor.rows === rows && tensor.columns === columns && tensor.element === element
    ? null
    : `${sized(tensor)} must be ${rows} × ${columns} ${element}`;
}

function notIn(tensor: Tensor, elements: readonly Element[]): string | null {
  return elements.includes(tensor.element) ? null : `${sized(tensor)} must be ${elements.join(" or ")}`;
}

/** Of an index that is known beforehand; one that the program computes is checked by the machine. */
function wrongIndex({ name, values }: Tensor, from: Tensor): string | null {
  const count = from.rows * from.columns;
  for (let at = 0; at < values.length; at++)
    if (values[at]! < -1 || values[at]! >= count)
      return `"${name}" has ${values[at]} at ${at}; ${sized(from)} has indices 0 to ${count - 1}, and -1 for 0`;
  return null;
}
