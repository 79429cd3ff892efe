import { encodeInstruction } from "./instruction-set.ts";
import type { Fields, Mnemonic } from "./instruction-set.ts";

/**
 * Writes instruction words. It knows what scalars hold where the program has set them itself, and does not set them twice.
 *
 *   set, add, loop, emit ─→ words ─finish→ …, HALT, STOP
 */
export interface Assembler {
  emit(name: Mnemonic, fields?: Fields): void;
  /** s[register] = value, modulo 2^32. */
  set(register: number, value: number): void;
  move(into: number, from: number): void;
  /** s[into] = s[from] + value. */
  add(into: number, from: number, value: number): void;
  /** s[into] = s[a] + s[b], s[a]·s[b]. */
  sum(into: number, a: number, b: number): void;
  product(into: number, a: number, b: number): void;
  /** The body `times` times, counted down in a scalar; nothing for 0. */
  loop(counter: number, times: number, body: () => void): void;
  /** Appends HALT and the handler; what is behind them up to a multiple of 64 words is 0. */
  finish(): { readonly instructions: Uint32Array; readonly handler: number };
}

/** Taken for constants that are no immediate. */
export const scratchScalar = 27;
const memoryStep = 64;
const mostWords = 2 ** 16;

export function createAssembler(program: string): Assembler {
  const words: number[] = [];
  const known = new Map<number, number>();
  const emit = (name: Mnemonic, fields?: Fields): void => void words.push(encodeInstruction(name, fields));
  const fits = (value: number): boolean => value >= -0x8000 && value < 0x8000;

  const set = (register: number, value: number): void => {
    const wanted = value | 0;
    if (known.get(register) === wanted) return;
    emit("SET", { d: register, imm: wanted });
    if (!fits(wanted)) emit("SETH", { d: register, imm: wanted >>> 16 });
    known.set(register, wanted);
  };
  const remember = (into: number, value: number | null): void => {
    if (value === null) known.delete(into);
    else known.set(into, value);
  };
  const add = (into: number, from: number, value: number): void => {
    const before = known.get(from);
    const after = before === undefined ? null : (before + value) | 0;
    if (fits(value | 0)) emit("ADDI", { d: into, a: from, imm: value | 0 });
    else {
      set(scratchScalar, value);
      emit("ADD", { d: into, a: from, b: scratchScalar });
    }
    remember(into, after);
  };
  return {
    emit,
    set,
    add,
    move: (into, from) => add(into, from, 0),
    sum: (into, a, b) => {
      emit("ADD", { d: into, a, b });
      known.delete(into);
    },
    product: (into, a, b) => {
      emit("MUL", { d: into, a, b });
      known.delete(into);
    },
    loop: (counter, times, body) => {
      if (times === 0) return;
      if (times === 1) {
        body();
        return;
      }
      set(counter, times);
      known.clear();
      const start = words.length;
      body();
      emit("ADDI", { d: counter, a: counter, imm: -1 });
      if (start >= mostWords) throw tooLong(program);
      emit("BNZ", { d: counter, imm: start });
      known.clear();
    },
    finish: () => {
      emit("HALT");
      const handler = words.length;
      emit("STOP");
      if (words.length > mostWords) throw tooLong(program);
      const instructions = new Uint32Array(Math.ceil(words.length / memoryStep) * memoryStep);
      instructions.set(words);
      return { instructions, handler };
    },
  };
}

function tooLong(program: string): Error {
  return new Error(
    `program ${program}: more than ${mostWords} instructions, which a branch cannot reach; give it fewer steps`,
  );
}
