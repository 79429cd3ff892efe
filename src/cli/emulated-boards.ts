import type { OutputFormat } from "../domain/evidence.ts";
import type { StrikeManner, TargetSpace } from "../domain/strike.ts";
import type { EmulatedBoardSpec } from "../emulator/world-schema.ts";
import type { LinkSpec } from "../rig/rig-schema.ts";

/**
 * What boards of software would answer, known before any is up. Loaded only where a rig emulates some: a campaign on hardware never sees the emulator.
 *
 *   rig file ─board→ accelerator ─workload→ loaded ─→ targets, as the board will tell them
 */
export interface KnownBoard {
  readonly accelerator: EmulatedBoardSpec["accelerator"];
  readonly workloads: readonly string[];
  /** By a name among `workloads`. */
  load(workload: string): KnownWorkload;
}

export interface KnownWorkload {
  readonly targets: readonly TargetSpace[];
  readonly format: OutputFormat;
  readonly manners: readonly StrikeManner[];
}

/** How big its state is does not hang on what is in it. */
const anySeed = 0;

/** Boards alike are loaded once. */
export async function boardLibrary(): Promise<(spec: EmulatedBoardSpec) => KnownBoard> {
  const [{ emulatedAccelerator }, { newInfoRom }] = await Promise.all([
    import("../emulator/emulated-accelerator.ts"),
    import("../board/info-rom.ts"),
  ]);
  const known = new Map<string, KnownBoard>();
  return (spec) => {
    const { accelerator, format, ecc, array, gpu } = spec;
    const key = JSON.stringify({ accelerator, format, ecc, array, gpu });
    const board = known.get(key) ?? knownBoard(spec);
    known.set(key, board);
    return board;
  };

  function knownBoard(spec: EmulatedBoardSpec): KnownBoard {
    const accelerator = emulatedAccelerator(spec, newInfoRom(), () => []);
    const loaded = new Map<string, KnownWorkload>();
    return {
      accelerator: spec.accelerator,
      workloads: accelerator.workloads,
      load: (name) => {
        const before = loaded.get(name);
        if (before !== undefined) return before;
        const { targets, format, manners = ["flip"] } = accelerator.load(name, anySeed)!;
        const workload = {
          // Where a critical strike is takes a search, and nobody asks here.
          targets: targets.map(({ name: target, words, bits, axes }) => ({
            name: target,
            words,
            bits,
            axes,
            selfCheck: null,
          })),
          format,
          manners,
        };
        loaded.set(name, workload);
        return workload;
      },
    };
  }
}

/** The emulated board of a station goes by the name in its memory link, or by the station's. */
export function boardNameOf(station: string, link: LinkSpec): string {
  return "memory" in link ? link.memory : station;
}
