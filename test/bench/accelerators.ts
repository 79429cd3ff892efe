import type { LoadedWorkload } from "../../src/board/accelerators/accelerator.ts";
import { gpuAccelerator } from "../../src/board/accelerators/gpu/gpu.ts";
import { tpuAccelerator } from "../../src/board/accelerators/tpu/tpu.ts";
import { createCells } from "../../src/board/create-cells.ts";
import { campaignOn, injection, smallRig } from "../campaign/emulated.ts";
import { rowOf } from "./row.ts";
import type { BenchRow } from "./row.ts";

/**
 * What it costs to compute on machines whose every bit can be struck: one 64³ matrix product on each, beside a bare loop over typed
 * arrays in the same turns; an iteration with a strike beside one without; a protected memory beside a plain array.
 */
const windows = 7;
const size = 64;
const seed = 1;

export async function acceleratorsBench(): Promise<BenchRow[]> {
  const tpu = tpuAccelerator({ rows: 16, columns: 16, ecc: true });
  const gpu = gpuAccelerator({ ecc: true });
  return [
    ...machineRows("tpu", "gemm-i8", tpu.load("gemm-i8", seed)!, bareProduct(Int8Array, Int32Array)),
    ...machineRows("tpu", "gemm-bf16", tpu.load("gemm-bf16", seed)!, bareProduct(Float32Array, Float32Array)),
    ...machineRows("gpu", "gemm-f32", gpu.load("gemm-f32", seed)!, bareProduct(Float32Array, Float32Array)),
    ...machineRows("gpu", "gemm-bf16", gpu.load("gemm-bf16", seed)!, bareProduct(Float32Array, Float32Array)),
    ...memoryRows(),
    heapRow("tpu board, gemm-i8", () => tpu.load("gemm-i8", seed)),
    heapRow("gpu board, gemm-f32", () => gpu.load("gemm-f32", seed)),
    await wireRow("tpu", "gemm-i8", "control"),
    await wireRow("gpu", "gemm-f32", "control"),
  ];
}

/** No aim is set for the ratio to the bare loop: it says what bits that can be struck cost. */
function machineRows(
  board: string,
  workload: string,
  loaded: LoadedWorkload,
  bareLoop: () => void,
): BenchRow[] {
  const iterate = (strikes: Parameters<LoadedWorkload["start"]>[1]): number => {
    const execution = loaded.start(0, strikes);
    execution.advance(Infinity);
    return execution.cycles;
  };
  const cycles = iterate([]);
  const word = { id: 1, target: loaded.targets[0]!.name, word: 0, mask: 1, cycle: Math.floor(cycles / 2) };
  const clean: number[] = [];
  const struck: number[] = [];
  const bare: number[] = [];
  for (let window = -1; window < windows; window++) {
    const turn = [
      msOf(() => iterate([]), 3),
      msOf(() => {
        loaded.start(0, [word]).advance(10 * cycles);
        loaded.restore("full");
      }, 3),
      msOf(bareLoop, 20),
    ] as const;
    if (window < 0) continue;
    clean.push(turn[0]);
    struck.push(turn[1]);
    bare.push(turn[2]);
  }
  const name = `${board}: ${workload} ${size}³`;
  const beside = (row: BenchRow, ours: readonly number[], others: readonly number[]): BenchRow => ({
    ...row,
    ratio: rowOf("", "", ours, { bare: others, aim: { atMost: Infinity } }).ratio!,
  });
  return [
    beside(rowOf(`${name}, clean iteration`, "ms", clean), clean, bare),
    rowOf(`bare loop: ${workload} ${size}³`, "ms", bare),
    beside(rowOf(`${name}, struck, restored`, "ms", struck), struck, clean),
    rowOf(
      `${name}, device cycles`,
      "cycles/s",
      clean.map((ms) => cycles / (ms / 1000)),
    ),
  ];
}

type Numbers = Int8Array | Int32Array | Float32Array;

/** The same product, of any numbers, as one would write it without thinking of faults. */
function bareProduct(
  Operand: new (length: number) => Numbers,
  Sum: new (length: number) => Numbers,
): () => void {
  const [a, b] = [new Operand(size * size), new Operand(size * size)];
  const c = new Sum(size * size);
  for (let at = 0; at < a.length; at++) {
    a[at] = (at * 7) % 23;
    b[at] = (at * 5) % 19;
  }
  return () => {
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += a[row * size + k]! * b[k * size + column]!;
        c[row * size + column] = sum;
      }
  };
}

/** A memory under SEC-DED that nothing has struck, read and written word by word. */
function memoryRows(): BenchRow[] {
  const words = 65_536;
  const counted = { corrected: () => undefined, uncorrectable: () => undefined };
  const cells = createCells({ name: "hbm", words, bits: 32, protection: "sec-ded", errors: counted });
  const plain = new Uint32Array(words);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let window = -1; window < windows; window++) {
    const turn = [
      msOf(() => {
        const { raw } = cells;
        for (let word = 0; word < words; word++) {
          cells.reads(word);
          raw[word] = raw[word]! + 1;
          cells.wrote(word);
        }
      }, 20),
      msOf(() => {
        for (let word = 0; word < words; word++) plain[word] = plain[word]! + 1;
      }, 20),
    ] as const;
    if (window < 0) continue;
    ours.push(turn[0]);
    bare.push(turn[1]);
  }
  const name = `${words} words read and written`;
  const ratio = rowOf("", "", ours, { bare, aim: { atMost: Infinity } }).ratio!;
  return [
    { ...rowOf(`sec-ded memory, nothing struck: ${name}`, "ms", ours), ratio },
    rowOf(`plain array: ${name}`, "ms", bare),
  ];
}

/** A whole injection campaign in this process, over the wire's frames and on virtual time; golden and self-checks are among it. */
async function wireRow(accelerator: "tpu" | "gpu", workload: string, target: string): Promise<BenchRow> {
  const strikes = 60;
  const rig = smallRig().replace("accelerator: cpu\n      format: i8", `accelerator: ${accelerator}`);
  const block = injection(`strikes: ${strikes}`)
    .replace("workload: gemm", `workload: ${workload}`)
    .replace("target: weights", `target: ${target}`);
  const rates: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const from = performance.now();
    await campaignOn(rig, [block], { seed: turn + 1 });
    rates.push(strikes / ((performance.now() - from) / 1000));
  }
  return rowOf(`${accelerator}: ${workload}, strikes over the wire in memory`, "strikes/s", rates);
}

/** What a loaded board keeps: several of them, so that what all share and the collector's mood weigh little. */
function heapRow(what: string, load: () => LoadedWorkload | null): BenchRow {
  const boards = 4;
  const used = (): number => {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const kept: (LoadedWorkload | null)[] = [load()];
  const each = Array.from({ length: boards }, () => {
    const before = used();
    kept.push(load());
    return (used() - before) / 1e6;
  });
  if (kept.includes(null)) throw new Error(`${what}: no such workload`);
  return rowOf(`heap: ${what}`, "MB", each);
}

/** Milliseconds of one deed, the mean over so many. */
function msOf(deed: () => unknown, times: number): number {
  const from = performance.now();
  for (let time = 0; time < times; time++) deed();
  return (performance.now() - from) / times;
}
