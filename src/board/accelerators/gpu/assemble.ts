import { bitsOfF32 } from "../../numbers/float-bits.ts";
import {
  constantWords,
  decode,
  encode,
  forms,
  hasThird,
  instructionNamed,
  specialRegisters,
  truePredicate,
  zeroRegister,
} from "./isa.ts";

/**
 * Text to instruction words, one instruction a line (docs/gpu.md, "How programs are written"):
 *
 *   loop:                        a place, on a line of its own
 *     ldg r4, [r2 + 128]         ; a comment
 *     ffma r5, r4, r1, r5
 *     @!p0 bra loop
 *
 * Registers `r0`…, `rz`; predicates `p0`…`p6`, `pt`, with `!` negated; immediates `12`, `-3`, `0xff`, `1.5f` (a float32's bits); constants `c[8]`.
 */
export interface Assembled {
  /** Two an instruction. */
  readonly words: Uint32Array;
  /** Index of the instruction that each label stands before. */
  readonly labels: ReadonlyMap<string, number>;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Throws an Error that names the line: a program that does not assemble is a mistake of who wrote it. `origin`: where it will lie, in instructions. */
export function assemble(source: string, origin = 0): Assembled {
  const labels = new Map<string, number>();
  const lines: Line[] = [];
  source.split("\n").forEach((raw, index) => {
    const text = raw.replace(/;.*$/, "").trim();
    const label = /^([A-Za-z_][\w.]*):$/.exec(text)?.[1];
    if (label !== undefined) {
      if (labels.has(label)) throw new Error(`line ${index + 1}: label '${label}' stands twice`);
      labels.set(label, origin + lines.length);
    } else if (text !== "") lines.push({ number: index + 1, text });
  });
  const words = new Uint32Array(lines.length * 2);
  lines.forEach((line, at) => words.set(assembleLine(line, labels), at * 2));
  return { words, labels };
}

function assembleLine({ number, text }: Line, labels: ReadonlyMap<string, number>): readonly number[] {
  const fail = (what: string): never => {
    throw new Error(`line ${number}: '${text}': ${what}`);
  };
  const [, guardText, mnemonic, rest] = /^(?:@(!?p\w)\s+)?(\S+)\s*(.*)$/.exec(text)!;
  const instruction = instructionNamed(mnemonic!) ?? fail(`no instruction '${mnemonic!}'`);
  const { opcode, operands } = instruction;
  const given = rest === "" ? [] : rest!.split(",").map((part) => part.trim());
  if (given.length !== operands.length)
    fail(`takes ${operands.length} operands, found ${given.length}: ${given.join(", ")}`);
  const register = (written: string): number =>
    registerOf(written) ?? fail(`'${written}' is no register; expected r0 to r254 or rz`);
  const predicate = (written: string): number =>
    predicateOf(written) ?? fail(`'${written}' is no predicate; expected p0 to p6 or pt, with or without !`);
  const fields = {
    opcode,
    guard: guardText === undefined ? truePredicate : predicate(guardText),
    d: 0,
    a: 0,
    form: forms.register as number,
    b: 0,
    c: 0,
  };
  const general = (written: string): void => {
    const found = generalOf(written, labels) ?? fail(`'${written}' is no register, immediate or constant`);
    if (found.form === forms.immediate && hasThird(operands) && (found.b << 8) >> 8 !== found.b)
      fail(
        `immediate ${written} does not fit the 24 bits it has beside a third operand: put it into a register`,
      );
    fields.form = found.form;
    fields.b = found.b;
  };
  given.forEach((written, index) => {
    const letter = operands[index]!;
    if (letter === "D" || letter === "V") fields.d = register(written);
    else if (letter === "P") fields.d = predicate(written);
    else if (letter === "A") fields.a = register(written);
    else if (letter === "Q") fields.a = predicate(written);
    else if (letter === "C") fields.c = register(written);
    else if (letter === "S") fields.c = predicate(written);
    else if (letter === "R") fields.b = register(written);
    else if (letter === "B") general(written);
    else if (letter === "M") {
      const [, base, sign, offset] =
        /^\[\s*(\w+)\s*(?:([+-])\s*(.+?)\s*)?\]$/.exec(written) ??
        fail(`'${written}' is no address like [r1 + 16]`);
      fields.a = register(base!);
      general(offset === undefined ? "0" : `${sign === "-" ? "-" : ""}${offset}`);
    } else {
      fields.form = forms.immediate;
      fields.b =
        letter === "X"
          ? specialRegisters.indexOf(written as (typeof specialRegisters)[number])
          : (labels.get(written) ?? fail(`no label '${written}'`));
    }
  });
  const words = encode(fields);
  // What a machine could never have is a mistake here already.
  if (decode(...words, zeroRegister) === null) fail("an operand does not exist");
  return words;
}

function registerOf(written: string): number | null {
  if (written === "rz") return zeroRegister;
  const found = /^r(\d{1,3})$/.exec(written);
  return found !== null && Number(found[1]) < zeroRegister ? Number(found[1]) : null;
}

function predicateOf(written: string): number | null {
  const [, not, name] = /^(!?)p([0-6t])$/.exec(written) ?? [];
  if (name === undefined) return null;
  return (name === "t" ? truePredicate : Number(name)) | (not === "!" ? 8 : 0);
}

function generalOf(
  written: string,
  labels: ReadonlyMap<string, number>,
): { readonly form: number; readonly b: number } | null {
  const register = registerOf(written);
  if (register !== null) return { form: forms.register, b: register };
  const constant = /^c\[(\d+)\]$/.exec(written)?.[1];
  if (constant !== undefined)
    return Number(constant) < constantWords ? { form: forms.constant, b: Number(constant) } : null;
  if (/^-?(\d+|0x[0-9a-fA-F]+)$/.test(written)) {
    const value = written.startsWith("-") ? -Number(written.slice(1)) : Number(written);
    return value >= -(2 ** 31) && value < 2 ** 32 ? { form: forms.immediate, b: value | 0 } : null;
  }
  if (/^-?(\d+(\.\d*)?(e[+-]?\d+)?|Infinity)f$/.test(written))
    return { form: forms.immediate, b: bitsOfF32(Number(written.slice(0, -1))) | 0 };
  const label = labels.get(written);
  return label === undefined ? null : { form: forms.immediate, b: label };
}
