import type { KernelEnd } from "../../workloads/workload.ts";
import type { ArrayRegisters } from "./array-registers.ts";
import { runGather, runLoadTransposed, runLoadWeights, runMarch, runTransfer } from "./dma-unit.ts";
import { decodeInstruction, enableBits } from "./instruction-set.ts";
import type { Decoded, Mnemonic } from "./instruction-set.ts";
import type { MatmulUnit } from "./matmul-unit.ts";
import { runExchange, runReduce } from "./row-unit.ts";
import { control, readWords, writeWord } from "./tpu-state.ts";
import type { TpuState } from "./tpu-state.ts";
import { runCombine, runDrain, runMap, runRequantize } from "./vector-unit.ts";
import { runShift, runSwap } from "./weight-unit.ts";

/**
 * One instruction after the other (docs/tpu.md, "The sequencer"):
 *
 *   fetch ─→ decode ─→ execution 0 … D − 1 ─→ fetch
 *     └────────┴──────────┴─ trap ─→ trap cycle ─→ fetch at the vector | reset
 */
export interface Sequencer {
  readonly cycle: number;
  /** The execution cycle to come of the MATMUL in work; null: none is. */
  readonly matmulCycle: number | null;
  /** Told of each instruction before its first execution cycle. */
  watch: ((cycle: number, decoded: Decoded) => void) | null;
  begin(): void;
  advance(untilCycle: number): KernelEnd | null;
}

/** Does the execution cycles `from` … `to` − 1 as far as the instruction goes; answers the cycle that comes next. */
type Executor = (now: Decoded, from: number, to: number) => number;
type Phase = "fetch" | "decode" | "execute" | "idle" | "trap";

export function createSequencer(
  state: TpuState,
  registers: ArrayRegisters,
  matmul: MatmulUnit,
  readBack: () => void,
): Sequencer {
  const { control: bank, scalars, instructions } = state;
  const c = bank.u32;
  let cycle = 0;
  let phase: Phase = "fetch";
  /** Execution cycles made of the instruction in work. */
  let made = 0;
  let decoded: Decoded | null = null;
  let ended: KernelEnd | null = null;
  /** What the phase just made has ended the iteration with. */
  let reached: KernelEnd | null = null;

  const fetch = (): void => {
    const pc = c[control.pc]!;
    if (!readWords(state, instructions, pc, 1)) return;
    writeWord(bank, control.instruction, instructions.u32[pc]!);
    writeWord(bank, control.pc, pc + 1);
    phase = "decode";
  };

  const decode = (): void => {
    decoded = decodeInstruction(c[control.instruction]!);
    const inHandler = (c[control.status]! & 1) !== 0;
    if (decoded === null || (inHandler && decoded.name !== "STOP")) {
      state.trapped = true;
      return;
    }
    const needs = enableBits[decoded.unit];
    phase = needs !== 0 && (c[control.enable]! & needs) === 0 ? "idle" : "execute";
    made = 0;
    if (decoded.name === "MATMUL" && phase === "execute") matmul.begin(decoded);
    sequencer.watch?.(cycle, decoded);
  };

  const { u32: s } = scalars;
  const set = (register: number, value: number): void => writeWord(scalars, register, value);
  /** An instruction of the sequencer itself: one cycle. */
  const own =
    (deed: (now: Decoded) => void): Executor =>
    (now, from) => {
      deed(now);
      state.ended = true;
      return from + 1;
    };
  const unit =
    (run: (state: TpuState, now: Decoded, from: number, to: number) => number): Executor =>
    (now, from, to) =>
      run(state, now, from, to);
  const executors: Readonly<Record<Mnemonic, Executor>> = {
    HALT: own(() => {
      readBack();
      reached = "ok";
    }),
    STOP: own(() => {
      reached = "trap";
    }),
    SET: own(({ d, imm }) => set(d, signed(imm))),
    SETH: own(({ d, imm }) => set(d, (s[d]! & 0xffff) | (imm << 16))),
    ADD: own(({ d, a, b }) => set(d, s[a]! + s[b]!)),
    MUL: own(({ d, a, b }) => set(d, Math.imul(s[a]!, s[b]!))),
    ADDI: own(({ d, a, imm }) => set(d, s[a]! + signed(imm))),
    BNZ: own(({ d, imm }) => {
      if (s[d] !== 0) writeWord(bank, control.pc, imm);
    }),
    CONFIG: own(({ a, b }) => {
      writeWord(bank, control.rows, s[a]!);
      writeWord(bank, control.columns, s[b]!);
    }),
    DMAIN: unit(runTransfer),
    DMAOUT: unit(runTransfer),
    GATHER: unit(runGather),
    LOADW: unit(runLoadWeights),
    LOADT: unit(runLoadTransposed),
    MARCH: unit(runMarch),
    SHIFT: (now, from, to) => runShift(state, registers, now, from, to),
    SWAP: (_now, from) => runSwap(state, registers, from),
    MATMUL: (_now, from, to) => matmul.run(from, to),
    MAP: unit(runMap),
    COMBINE: unit(runCombine),
    REQUANT: unit(runRequantize),
    REDUCE: unit(runReduce),
    EXCHANGE: unit(runExchange),
    DRAIN: unit(runDrain),
  };

  const takeTrap = (): void => {
    if ((c[control.status]! & 1) !== 0) {
      reached = "reset";
      return;
    }
    writeWord(bank, control.status, c[control.status]! | 1);
    writeWord(bank, control.pc, c[control.trapVector]!);
    phase = "fetch";
  };

  /** One phase, of one cycle or, in execution, of as many as are asked for. */
  const go = (untilCycle: number): KernelEnd | null => {
    resetFlags(state);
    if (phase === "execute") {
      const next = executors[decoded!.name](decoded!, made, made + untilCycle - cycle);
      cycle += next - made;
      made = next;
    } else {
      cycle++;
      if (phase === "fetch") fetch();
      else if (phase === "decode") decode();
      else if (phase === "trap") takeTrap();
      else state.ended = true;
    }
    if (state.trapped) phase = "trap";
    else if (state.ended) phase = "fetch";
    return reached;
  };

  const sequencer: Sequencer = {
    watch: null,
    get cycle() {
      return cycle;
    },
    get matmulCycle() {
      return phase === "execute" && decoded!.name === "MATMUL" ? made : null;
    },
    begin: () => {
      cycle = 0;
      phase = "fetch";
      ended = null;
      reached = null;
      decoded = null;
      matmul.abandon();
    },
    advance: (untilCycle) => {
      while (ended === null && cycle < untilCycle) ended = go(untilCycle);
      return ended;
    },
  };
  return sequencer;
}

const signed = (imm: number): number => (imm << 16) >> 16;

function resetFlags(state: TpuState): void {
  state.trapped = false;
  state.ended = false;
}
