import { checkStep } from "./check-step.ts";
import type { Element, Program, Tensor } from "./program.ts";

/** Of a format with p significant bits, the least exponent of a normal number and the largest number: where its numbers lie. */
const floats = {
  f32: { significant: 24, leastExponent: -126, largest: (2 - 2 ** -23) * 2 ** 127 },
  tf32: { significant: 11, leastExponent: -126, largest: (2 - 2 ** -10) * 2 ** 127 },
  bf16: { significant: 8, leastExponent: -126, largest: (2 - 2 ** -7) * 2 ** 127 },
  fp16: { significant: 11, leastExponent: -14, largest: 65504 },
  fp8: { significant: 4, leastExponent: -6, largest: 448 },
} as const;

const integers = { i8: [-128, 127], i32: [-(2 ** 31), 2 ** 31 - 1] } as const;

/** Whether this format has this very number. No infinity, no NaN: a sound program starts from numbers. */
export function holdsExactly(element: Element, value: number): boolean {
  if (element === "i8" || element === "i32") {
    const [least, most] = integers[element];
    return Number.isInteger(value) && value >= least && value <= most;
  }
  const { significant, leastExponent, largest } = floats[element];
  if (value === 0) return true;
  const exponent = Math.max(exponentOf(value), leastExponent);
  return Math.abs(value) <= largest && Number.isInteger(value / 2 ** (exponent - significant + 1));
}

const word = new DataView(new ArrayBuffer(8));

/** Of the leading bit; doubles below 2^-1022 count as 2^-1023. */
function exponentOf(value: number): number {
  word.setFloat64(0, value);
  return ((word.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/**
 * The same program, if an accelerator may lower it: names known, shapes and formats fit each step, values are there and exact.
 * Throws an Error of one line that names program, step and what was expected.
 */
export function checkProgram(program: Program): Program {
  const fail = (what: string): never => {
    throw new Error(`program ${program.name}: ${what}`);
  };
  const tensors = new Map<string, Tensor>();
  if (!Number.isInteger(program.inputs) || program.inputs < 1)
    fail(`it has ${program.inputs} inputs; give 1 or more`);
  for (const tensor of program.tensors) {
    if (tensors.has(tensor.name)) fail(`two tensors are named "${tensor.name}"; rename one`);
    const wrong = wrongTensor(tensor, program.inputs);
    if (wrong !== null) fail(`tensor "${tensor.name}" ${wrong}`);
    tensors.set(tensor.name, tensor);
  }
  program.steps.forEach((step, at) => {
    const wrong = checkStep(step, tensors);
    if (wrong !== null) fail(`step ${at} (${step.do}): ${wrong}`);
  });
  const { output, flags, format } = program;
  const written = tensors.get(output) ?? fail(`its output "${output}" is no tensor`);
  if (written.role !== "scratch") fail(`its output "${output}" is ${written.role}; it must be scratch`);
  if (written.element !== format)
    fail(`its output "${output}" is ${written.element}, but its format is ${format}`);
  if (flags !== null) {
    const { rows, columns, element, role } =
      tensors.get(flags.tensor) ?? fail(`its flags "${flags.tensor}" are no tensor`);
    if (rows * columns !== 2 || element !== "i32" || role !== "scratch")
      fail(
        `its flags "${flags.tensor}" are ${rows} × ${columns} ${element} ${role}; they must be two words of i32 scratch`,
      );
  }
  return program;
}

function wrongTensor({ rows, columns, element, role, values }: Tensor, inputs: number): string | null {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 1 || columns < 1)
    return `is ${rows} × ${columns}; both must be whole and 1 or more`;
  const expected = role === "scratch" ? 0 : rows * columns * (role === "inputs" ? inputs : 1);
  if (values.length !== expected)
    return `has ${values.length} values; ${role} of ${rows} × ${columns} must have ${expected}`;
  for (let at = 0; at < expected; at++)
    if (!holdsExactly(element, values[at]!))
      return `has ${values[at]} at ${at}, which is no ${element} number; round it first`;
  return null;
}
