import type { GpuImage, GpuSizes } from "../../../../src/board/accelerators/gpu/image.ts";
import { instructions } from "../../../../src/board/accelerators/gpu/isa.ts";
import { compared, computed } from "./oracle-lanes.ts";
import { access, flush, lookUp, memoryWords } from "./oracle-memory.ts";
import {
  control,
  enableAt,
  field,
  memoryAt,
  modeAt,
  oracleState,
  setState,
  Trap,
  turnAt,
  vectorAt,
} from "./oracle-state.ts";
import type { OracleState } from "./oracle-state.ts";
import { tensorStep } from "./oracle-tensor.ts";
import type { At } from "./small-gpu.ts";

/**
 * The machine again, slowly, from docs/gpu.md alone and without ECC: every word is read where it stands at every use, nothing is decoded ahead, no operand
 * has another form than a number. Of the machine it shares the table of mnemonics.
 */
export interface OracleRun {
  readonly end: "ok" | "trap" | "reset" | null;
  readonly cycles: number;
  readonly output: readonly number[];
}

const mnemonics = new Map(
  instructions.map(({ opcode, mnemonic, operands }) => [opcode, { mnemonic, operands }]),
);

export function oracle(image: GpuImage, sizes: GpuSizes, strikes: readonly At[], budget: number): OracleRun {
  const s = oracleState(image, sizes);
  const set = (register: number, value: number): void => s.set("control", [register], value);
  const startUp: readonly [number, number][] = [
    [control.head, image.queue.from],
    [control.end, image.queue.from + 32 * image.queue.launches],
    [vectorAt, image.trapVector],
    [enableAt, 2 ** sizes.sms - 1],
    [memoryAt, image.memory.length],
    [modeAt, 1],
  ];
  for (const [register, value] of startUp) set(register, value);
  const ended = (end: OracleRun["end"], cycles: number): OracleRun => {
    const { from, words } = image.output;
    return { end, cycles, output: s.words["hbm"]!.slice(from, from + words) };
  };
  const handled = (): "trap" | "reset" => {
    const vector = s.get("control", vectorAt);
    if (vector >= image.instructions.length / 2) return "reset";
    return s.get("instructions", vector, 0) % 256 === 8 ? "trap" : "reset";
  };
  for (let cycle = 0; cycle < budget; cycle++) {
    for (const strike of strikes) if (strike.cycle === cycle) s.strike(strike);
    try {
      if (s.get("control", 0) === 0 && s.get("control", control.head) === s.get("control", control.end)) {
        flush(s);
        return ended("ok", cycle + 1);
      }
      frontEnd(s);
      for (let sm = 0; sm < sizes.sms; sm++) {
        if (s.get("tensor-control", sm, 0) !== 0) tensorStep(s, sm);
        issue(s, sm);
      }
    } catch (error) {
      if (!(error instanceof Trap)) throw error;
      return ended(handled(), cycle + 1);
    }
    s.alu.length = 0;
  }
  return ended(null, budget);
}

function frontEnd(s: OracleState): void {
  const phase = s.get("control", 0);
  const set = (register: number, value: number): void => s.set("control", [register], value);
  if (phase === 0) {
    const head = s.get("control", control.head);
    if (head % 32 !== 0 || head >= memoryWords(s)) throw new Trap();
    const [setAt, way] = lookUp(s, "l2", [], head / 32);
    const line = Array.from({ length: 32 }, (_, word) => s.get("l2", setAt, way, word));
    if (line[0] !== 0x4c4e4348) throw new Trap();
    for (let sm = 0; sm < s.sizes.sms; sm++)
      line.forEach((word, at) =>
        s.set("constants", [sm, at], at === 6 ? s.get("control", control.input) : word),
      );
    [control.x, control.y, control.warps, control.entry, control.shared].forEach((register, at) =>
      set(register, line[at + 1]!),
    );
    set(control.next, 0);
    set(control.done, 0);
    set(control.head, head + 32);
    set(0, 1);
    s.words["l1-tag"]!.fill(0);
    return;
  }
  if (phase !== 1) return;
  const blocks = s.get("control", control.x) * s.get("control", control.y);
  if (s.get("control", control.done) >= blocks) {
    set(0, 0);
    return;
  }
  if (s.get("control", control.next) >= blocks) return;
  for (let offset = 0; offset < s.sizes.sms; offset++) {
    const sm = (s.get("control", control.next) + offset) % s.sizes.sms;
    if (Math.floor(s.get("control", enableAt) / 2 ** sm) % 2 === 0) continue;
    const warps = warpsOfBlock(s);
    const shared = s.get("control", control.shared);
    if (shared > s.sizes.sharedWords) throw new Trap();
    for (
      let slot = 0;
      (slot + 1) * warps <= s.sizes.warps && (slot + 1) * shared <= s.sizes.sharedWords;
      slot++
    ) {
      const entries = Array.from({ length: warps }, (_, warp) => slot * warps + warp);
      if (entries.some((entry) => s.get("scheduler", sm, entry, 3) % 256 !== 0)) continue;
      entries.forEach((entry, warp) => {
        const fields = [s.get("control", control.entry), s.get("control", control.next), warp, 1];
        for (let field = 0; field < 12; field++) s.set("scheduler", [sm, entry, field], fields[field] ?? 0);
        for (let mask = 0; mask < 10; mask++)
          s.set("scheduler-mask", [sm, entry, mask], mask < 2 ? 0xffffffff : 0);
      });
      s.set("barrier", [sm, slot], warps * 256);
      set(control.next, s.get("control", control.next) + 1);
      return;
    }
  }
}

function warpsOfBlock(s: OracleState): number {
  const warps = s.get("control", control.warps);
  if (warps === 0 || warps > s.sizes.warps) throw new Trap();
  return warps;
}

function issue(s: OracleState, sm: number): void {
  const { warps } = s.sizes;
  const turn = s.get("control", turnAt + sm) % warps;
  for (let offset = 0; offset < warps; offset++) {
    const warp = (turn + offset) % warps;
    if (s.get("scheduler", sm, warp, 3) % 256 !== 1) continue;
    const pc = s.get("scheduler", sm, warp, 0);
    if (pc >= s.words["instructions"]!.length / 2) throw new Trap();
    const [low, high] = [s.get("instructions", pc, 0), s.get("instructions", pc, 1)];
    const known = mnemonics.get(low % 256);
    if (known === undefined || !isLegal(known.operands, low, high, s.sizes.registers)) throw new Trap();
    if (known.operands === "DARC" && s.get("tensor-control", sm, 0) !== 0) continue;
    s.set("control", [turnAt + sm], (warp + 1) % warps);
    execute(s, sm, warp, pc, known, low, high);
    return;
  }
}

function isLegal(operands: string, low: number, high: number, registers: number): boolean {
  const [d, a, form, c] = [field(low, 12, 8), field(low, 20, 8), field(low, 28, 2), field(high, 24, 8)];
  const matrix = operands === "DARC";
  const there = (register: number, count = 1): boolean => register === 255 || register + count <= registers;
  const general = form === 0 ? there(high % 256) : form === 1 || (form === 2 && high % 65536 < 32);
  const good: Record<string, boolean> = {
    D: there(d, matrix ? 4 : 1),
    V: there(d),
    P: d < 8,
    A: there(a, matrix ? 4 : 1),
    Q: a < 16,
    C: there(c, matrix ? 4 : 1),
    S: c < 16,
    B: general,
    M: there(a) && general,
    R: form === 0 && there(high % 256, 2),
    L: form === 1,
    X: form === 1 && high < 9,
  };
  return Array.from(operands).every((letter) => good[letter]);
}

function execute(
  s: OracleState,
  sm: number,
  warp: number,
  pc: number,
  { mnemonic, operands }: { readonly mnemonic: string; readonly operands: string },
  low: number,
  high: number,
): void {
  const [d, a, form, c] = [field(low, 12, 8), field(low, 20, 8), field(low, 28, 2), field(high, 24, 8)];
  const third = /[CS]/.test(operands);
  const predicate = (operand: number): boolean[] =>
    Array.from({ length: 32 }, (_, lane) => {
      const lanes = operand % 8 === 7 ? 0xffffffff : s.get("predicates", sm, warp, operand % 8);
      return (field(lanes, lane, 1) === 1) !== operand >= 8;
    });
  const active = s.get("scheduler-mask", sm, warp, 0);
  const guard = predicate(field(low, 8, 4));
  const executes = guard.map((holds, lane) => holds && field(active, lane, 1) === 1);
  // A field that is not used may name a register that is none.
  const register = (at: number, lane: number): number =>
    at >= s.sizes.registers ? 0 : s.get("registers", sm, warp, at, lane);
  const immediate = third ? Number(BigInt.asUintN(32, BigInt.asIntN(24, BigInt(high)))) : high;
  const b = (lane: number): number =>
    form === 0 ? register(high % 256, lane) : form === 1 ? immediate : s.get("constants", sm, high % 65536);
  const write = (lane: number, value: number, arithmetic = true): void => {
    let result = BigInt(value);
    for (const { word, mask, manner = "flip", value: put = 0 } of arithmetic ? s.alu : [])
      if (word === sm * 32 + lane)
        result =
          manner === "flip" ? result ^ BigInt(mask) : (result & ~BigInt(mask)) | (BigInt(put) & BigInt(mask));
    if (d !== 255) s.set("registers", [sm, warp, d, lane], Number(result));
  };
  const each = (use: (lane: number) => void): void => executes.forEach((does, lane) => does && use(lane));
  const lanesOf = (holds: readonly boolean[]): number =>
    holds.reduce((lanes, does, lane) => lanes + (does ? 2 ** lane : 0), 0);
  const setPredicate = (value: (lane: number) => boolean): void => {
    if (d === 7) return;
    const old = s.get("predicates", sm, warp, d);
    const now = executes.map((does, lane) => (does ? value(lane) : field(old, lane, 1) === 1));
    s.set("predicates", [sm, warp, d], lanesOf(now));
  };
  if (low % 256 < 0x10) {
    flow(s, sm, warp, mnemonic, pc, lanesOf(executes), high);
    return;
  }
  if (operands === "DARC") {
    for (let lane = 0; lane < 32; lane++) {
      for (let i = 0; i < 4; i++) {
        s.set("tensor-operands", [sm, i, lane], a === 255 ? 0 : register(a + i, lane));
        s.set("tensor-operands", [sm, 6 + i, lane], c === 255 ? 0 : register(c + i, lane));
      }
      for (let i = 0; i < 2; i++)
        s.set(
          "tensor-operands",
          [sm, 4 + i, lane],
          high % 256 === 255 ? 0 : register((high % 256) + i, lane),
        );
    }
    [low % 256, warp, d, 0].forEach((value, at) => s.set("tensor-control", [sm, at], value));
    setState(s, sm, warp, 4);
  } else if (operands === "DM" || operands === "MV") {
    const address = (lane: number): number => (register(a, lane) + b(lane)) % 2 ** 32;
    each((lane) =>
      access(s, sm, warp, mnemonic, address(lane), register(d, lane), (value) => write(lane, value, false)),
    );
  } else if (mnemonic.startsWith("setp"))
    setPredicate((lane) => compared(mnemonic, register(a, lane), b(lane)));
  else if (mnemonic.startsWith("vote")) {
    const of = predicate(a);
    const voters = executes.flatMap((does, lane) => (does ? [of[lane]!] : []));
    setPredicate(() => (mnemonic === "vote.any" ? voters.includes(true) : !voters.includes(false)));
  } else if (operands === "PQS") {
    const [p, q] = [predicate(a), predicate(c)];
    const logic = {
      pand: (x: boolean, y: boolean) => x && y,
      por: (x: boolean, y: boolean) => x || y,
      pxor: (x: boolean, y: boolean) => x !== y,
    };
    setPredicate((lane) => logic[mnemonic as keyof typeof logic](p[lane]!, q[lane]!));
  } else {
    const results = executes.map((does, lane) => {
      if (!does) return 0;
      if (mnemonic === "s2r") {
        const [block, at] = [s.get("scheduler", sm, warp, 1), s.get("scheduler", sm, warp, 2)];
        const [x, y] = [s.get("control", control.x), s.get("control", control.y)];
        const across = x === 0 ? [block, 0] : [block % x, Math.floor(block / x)];
        return [lane, at, s.get("control", control.warps), at * 32 + lane, ...across, x, y, sm][high]!;
      }
      if (mnemonic === "sel") return predicate(c)[lane] ? register(a, lane) : b(lane);
      if (mnemonic === "ballot") return lanesOf(predicate(a).map((holds, at) => holds && executes[at]!));
      if (mnemonic.startsWith("shfl")) {
        const by = b(lane);
        const from = {
          idx: by % 32,
          up: lane - by,
          down: lane + by,
          bfly: Number(BigInt(lane) ^ BigInt(by)),
        }[mnemonic.slice(5)]!;
        return register(a, from >= 0 && from < 32 ? from : lane);
      }
      return computed(mnemonic, register(a, lane), b(lane), register(c, lane));
    });
    each((lane) => write(lane, results[lane]!));
  }
  s.set("scheduler", [sm, warp, 0], pc + 1);
}

function flow(
  s: OracleState,
  sm: number,
  warp: number,
  mnemonic: string,
  pc: number,
  lanes: number,
  target: number,
): void {
  const mask = (at: number): number => s.get("scheduler-mask", sm, warp, at);
  const without = (from: number, taken: number): number => Number(BigInt(from) & ~BigInt(taken));
  const depth = (): number => Math.floor(s.get("scheduler", sm, warp, 3) / 256);
  const setDepth = (used: number): void =>
    s.set("scheduler", [sm, warp, 3], used * 256 + (s.get("scheduler", sm, warp, 3) % 256));
  const push = (place: number, which: number): void => {
    const used = depth();
    if (used >= 8) throw new Trap();
    s.set("scheduler", [sm, warp, 4 + used], place);
    s.set("scheduler-mask", [sm, warp, 2 + used], which);
    setDepth(used + 1);
  };
  const pop = (): boolean => {
    for (let used = depth(); used > 0; used--) {
      if (used > 8) throw new Trap();
      setDepth(used - 1);
      const which = Number(BigInt(mask(1 + used)) & BigInt(mask(1)));
      if (which === 0) continue;
      s.set("scheduler-mask", [sm, warp, 0], which);
      s.set("scheduler", [sm, warp, 0], s.get("scheduler", sm, warp, 3 + used));
      return true;
    }
    return false;
  };
  let next = pc + 1;
  if (mnemonic === "trap" ? lanes !== 0 : mnemonic === "rtt") throw new Trap();
  if (mnemonic === "bra" && lanes !== 0) {
    const others = without(mask(0), lanes);
    if (others !== 0) push(pc + 1, others);
    s.set("scheduler-mask", [sm, warp, 0], lanes);
    next = target;
  }
  if (mnemonic === "ssy") push(target, mask(0));
  if (mnemonic === "sync") {
    if (!pop()) throw new Trap();
    return;
  }
  if (mnemonic === "exit") {
    s.set("scheduler-mask", [sm, warp, 0], without(mask(0), lanes));
    s.set("scheduler-mask", [sm, warp, 1], without(mask(1), lanes));
    if (mask(0) === 0) {
      if (!pop()) counted(s, sm, warp, 3);
      return;
    }
  }
  if (mnemonic === "bar" && lanes !== 0) counted(s, sm, warp, 2);
  s.set("scheduler", [sm, warp, 0], next);
}

/** A warp arrives at the barrier (2) or has exited (3). */
function counted(s: OracleState, sm: number, warp: number, state: 2 | 3): void {
  const warps = warpsOfBlock(s);
  const slot = Math.floor(warp / warps);
  const entries = Array.from({ length: warps }, (_, at) => slot * warps + at).filter(
    (at) => at < s.sizes.warps,
  );
  let arrived = s.get("barrier", sm, slot) % 256;
  let expected = Math.floor(s.get("barrier", sm, slot) / 256);
  setState(s, sm, warp, state);
  if (state === 2) arrived = (arrived + 1) % 256;
  else expected = (expected + 255) % 256;
  if (state === 3 && expected === 0) {
    for (const entry of entries) setState(s, sm, entry, 0);
    arrived = 0;
    s.set("control", [control.done], s.get("control", control.done) + 1);
  } else if (arrived === expected) {
    arrived = 0;
    for (const entry of entries) if (s.get("scheduler", sm, entry, 3) % 256 === 2) setState(s, sm, entry, 1);
  }
  s.set("barrier", [sm, slot], expected * 256 + arrived);
}
