import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { scaledClock } from "../../src/cli/clocks.ts";
import { emulateOverPtys } from "../../src/emulator/over-ptys.ts";
import type { PtyEmulation } from "../../src/emulator/over-ptys.ts";
import type { Truth } from "../../src/emulator/truth.ts";
import { benchSpec } from "./bench-spec.ts";

/** The built program of a board's process: found from the sources and from the build alike. */
const root = resolve(
  import.meta.dirname,
  import.meta.dirname.includes(join("dist", "test")) ? "../../.." : "../..",
);
export const boardProgram = join(root, "dist/src/cli/board-process.js");

export interface PtyBench {
  readonly emulation: PtyEmulation;
  readonly folder: string;
  readonly port: (name: string) => string;
}

/** Boards `a` and `b` and a bench box, each behind a PTY in a folder of its own, twenty times faster than the wall. */
export function ptyBench(
  board: Readonly<Record<string, unknown>> = {},
  options: { readonly truth?: Truth; readonly eventLog?: boolean; readonly folder?: string } = {},
): PtyBench {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "radrig-ptys-"));
  const port = (name: string): string => join(folder, "ports", name);
  const spec = benchSpec({ timeScale: 20 }, board);
  const originNs = process.hrtime.bigint();
  const devices = {
    boards: ["a", "b"].map((name) => ({
      board: name,
      serial: `EMU-${name.toUpperCase()}`,
      port: port(name),
    })),
    boxes: [{ serial: "EMU-BOX", port: port("box") }],
  };
  const emulation = emulateOverPtys(spec, devices, {
    seed: 1,
    originNs,
    clock: scaledClock(spec.timeScale, originNs),
    boardProgram,
    ...(options.truth === undefined ? {} : { truth: options.truth }),
    ...(options.eventLog === true
      ? { eventLog: (name: string) => join(folder, `${name}-events.jsonl`) }
      : {}),
  });
  return { emulation, folder, port };
}
