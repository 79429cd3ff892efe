import { dirname } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { GuardedBench } from "../domain/guarded.ts";
import type { OpenPort } from "../domain/link.ts";
import { randomStream } from "../domain/random.ts";
import type { Agent } from "../emulator/board-life.ts";
import type { Emulation } from "../emulator/in-memory.ts";
import type { Capture } from "../link/capture.ts";
import { openCapture } from "../link/capture.ts";
import { openPort } from "../link/open.ts";
import type { LinkSpec } from "../rig/rig-schema.ts";
import { openBench } from "../rig/open-bench.ts";
import type { OpenedBench } from "../rig/open-bench.ts";
import { emulatedDevices, memoryNameOf } from "./emulated-devices.ts";
import type { ReadRig } from "./files.ts";
import { placeOf } from "./read-yaml.ts";
import type { RigFile } from "./rig-file-schema.ts";

/**
 *   rig file ─┬ memory links ─→ emulated bench (virtual time) ─┐
 *             └ all others ───→ ports ─────────────────────────┴→ links (raw capture) → bench
 */
export interface Assembled {
  readonly bench: OpenedBench;
  /** Closes the bench, then what it was made of; the captures last, whole. */
  close(): Promise<void>;
}

export interface AssembleContext {
  readonly clock: Clock;
  readonly seed: number;
  /** Processes that wrote this record before: an emulated bench that is gone on with is another one, with new boot ids. */
  readonly segment: number;
  /** Where raw captures go; null keeps none. */
  readonly rawFolder: string | null;
  /** Where an emulated bench writes what it really did; null: nowhere. */
  readonly truthPath: string | null;
  readonly signal: AbortSignal;
  /** What a guard holds of this bench; null or left out: all of it is opened here. */
  readonly guard?: GuardedBench | null;
  /** What works on the boards of a bench in memory; left out: their own program. */
  readonly agent?: Agent;
  readonly say: (text: string) => void;
}

/** Whether this bench lives inside this process, on virtual time. */
export function inMemory(rig: RigFile): boolean {
  return [...Object.values(rig.stations), ...Object.values(rig.devices)].some(({ link }) => "memory" in link);
}

export async function assemble(read: ReadRig, context: AssembleContext): Promise<Assembled> {
  const ports = await openablePorts(read, context);
  const captures: Capture[] = [];
  const closeAll = async (): Promise<void> => {
    await ports.close();
    for (const capture of captures) capture.close();
  };
  try {
    const bench = await openBench(read.rig, {
      clock: context.clock,
      signal: context.signal,
      guard: context.guard ?? null,
      openPort: ports.of,
      locate: (path) => placeOf(read.file, path),
      capture: (device) => {
        if (context.rawFolder === null) return null;
        const quotaBytes = read.rig.captureQuotaMB * 1024 * 1024;
        const capture = openCapture(context.rawFolder, device, { clock: context.clock, quotaBytes });
        captures.push(capture);
        return capture;
      },
    });
    return {
      bench,
      close: async () => {
        await bench.close();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Every port of a rig, ready to be opened; an emulated bench lives behind them until they are closed. */
export interface OpenablePorts {
  readonly of: (device: string, link: LinkSpec) => OpenPort;
  readonly close: () => Promise<void>;
}

export async function openablePorts(
  { file, rig }: ReadRig,
  context: Pick<AssembleContext, "clock" | "seed" | "segment" | "truthPath" | "say" | "agent">,
): Promise<OpenablePorts> {
  const emulation = inMemory(rig) ? await emulate(rig, context) : null;
  return {
    of: (device, link) =>
      openPort(link, {
        memory: (name) => emulation?.open(name) ?? null,
        cwd: dirname(file.path),
        onErrorText: (text) => context.say(`${device}: ${text.trimEnd()}`),
      }),
    close: async () => {
      await emulation?.close();
    },
  };
}

interface Emulated {
  open(name: string): OpenPort;
  close(): Promise<void>;
}

/** Loaded only where it is asked for: a campaign on hardware never sees the emulator. */
async function emulate(
  rig: RigFile,
  context: Pick<AssembleContext, "clock" | "seed" | "segment" | "truthPath" | "agent">,
): Promise<Emulated> {
  const [{ emulateInMemory }, { emulatedAgent }, { truthFile }] = await Promise.all([
    import("../emulator/in-memory.ts"),
    import("../emulator/emulated-agent.ts"),
    import("../emulator/truth.ts"),
  ]);
  const truth = context.truthPath === null ? null : truthFile(context.truthPath);
  const devices = emulatedDevices(rig, memoryNameOf);
  const named = [...devices.boards, ...devices.boxes, ...(devices.instruments ?? [])];
  const serials = new Map(named.map(({ port, serial }) => [port, serial]));
  const emulation: Emulation = emulateInMemory(
    rig.emulation!,
    devices,
    context.clock,
    emulatorSeed(context.seed, context.segment),
    {
      agent: context.agent ?? emulatedAgent,
      ...(truth === null ? {} : { truth: truth.write, railTruth: truth.write }),
    },
  );
  return {
    // Like a USB adapter, an emulated port is known by its serial number, under whatever name it is back.
    open: (name) => (signal) => {
      const now = emulation.ports().find((port) => port.serial === serials.get(name));
      return emulation.openPort(now?.name ?? name)(signal);
    },
    close: async () => {
      await emulation.close();
      truth?.close();
    },
  };
}

function emulatorSeed(seed: number, segment: number): number {
  return segment === 0 ? seed : randomStream(seed, "segment", segment).nextU32();
}
