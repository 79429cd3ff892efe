import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { RigError } from "../domain/errors.ts";
import { emulateOverPtys } from "../emulator/over-ptys.ts";
import type { EmulatedPort } from "../emulator/port-board.ts";
import { truthFile } from "../emulator/truth.ts";
import { scaledClock } from "./clocks.ts";
import { checkEmulatedBoards } from "./board-checks.ts";
import { checkRig } from "./cross-checks.ts";
import { emulatedDevices, ptyOf } from "./emulated-devices.ts";
import { readRig } from "./files.ts";
import { onInterrupt } from "./interrupts.ts";
import { packageRoot } from "./package-root.ts";

/**
 *   rig file → world + bench box (here), boards (a process each) → symlinks to pseudo-terminals → until Ctrl-C
 */
export interface HoldOptions {
  readonly seed: number;
  readonly truthPath: string | null;
  /** Folder for the boards' own logs of acknowledged events; null: none are written. */
  readonly eventLogs: string | null;
}

/** The built program: a board's process is started from it, whoever runs this one. */
const boardProgram = join(packageRoot, "dist/src/cli/board-process.js");

/** Holds the bench until the operator ends it. RigError where it cannot be held, or broke. */
export async function holdBench(
  path: string,
  options: HoldOptions,
  ready: (ports: readonly EmulatedPort[]) => void,
): Promise<void> {
  const read = readRig(path);
  checkRig(read);
  await checkEmulatedBoards(read, null);
  const { rig } = read;
  if (rig.emulation === undefined)
    throw new RigError(
      "config",
      `${read.file.name} has no 'emulation' part: this rig is hardware, and needs no emulating`,
    );
  const devices = emulatedDevices(rig, ptyOf(read.file.name));
  mkdirSync(rig.emulation.folder, { recursive: true });
  if (options.eventLogs !== null) mkdirSync(options.eventLogs, { recursive: true });
  const truth = options.truthPath === null ? null : truthFile(options.truthPath);
  const originNs = process.hrtime.bigint();
  const { eventLogs } = options;
  const bench = emulateOverPtys(rig.emulation, devices, {
    seed: options.seed,
    clock: scaledClock(rig.emulation.timeScale, originNs),
    originNs,
    boardProgram,
    ...(truth === null ? {} : { truth: truth.write, railTruth: truth.write }),
    eventLog: (board) => (eventLogs === null ? null : resolve(eventLogs, `${board}.jsonl`)),
  });
  const close = (): void => void bench.close().catch(() => undefined);
  const interrupts = onInterrupt(process, close, close);
  try {
    await bench.ready;
    ready(bench.ports());
    await bench.ended;
  } finally {
    interrupts.close();
    truth?.close();
  }
}
