import type { FabricFault } from "../board/fabric-fault.ts";
import type { InfoRom } from "../board/info-rom.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Upset } from "../domain/strike.ts";
import type { ArmRefusal } from "./surroundings.ts";
import type { Device } from "./device.ts";
import type { EmulatedBoardSpec } from "./world-schema.ts";
import type { Law } from "./law.ts";
import type { TruthLine } from "./truth.ts";
import type { BadCell } from "./weak-cells.ts";

/** What the world's process and a board's process say to each other beside the UART. Data that can be cloned, over Node's IPC. */
export type ToBoard =
  | {
      readonly say: "boot";
      readonly board: string;
      readonly serial: string;
      readonly spec: EmulatedBoardSpec;
      readonly seed: number;
      readonly timeScale: number;
      /** Zero of the world's clock by the machine's monotone one (`process.hrtime`), ns as text. */
      readonly originNs: string;
      /** Boots so far, and why it boots now. */
      readonly boots: number;
      readonly cause: ResetCause;
      /** What it remembers without power. */
      readonly infoRom: InfoRom;
      readonly law: Law;
      /** Upsets that stand in the configuration of its FPGA. */
      readonly faults: readonly FabricFault[];
      readonly device: Device;
      /** Cells of its device that are held. */
      readonly cells: readonly BadCell[];
      /** Where acknowledged events are logged, or null. */
      readonly eventLog: string | null;
      /** When its first boot is done, ns of the world's clock. */
      readonly bootsAtNs: number;
    }
  | { readonly say: "law"; readonly law: Law }
  | { readonly say: "configure"; readonly faults: readonly FabricFault[] }
  | { readonly say: "hold"; readonly cells: readonly BadCell[] }
  | { readonly say: "arm"; readonly ask: number; readonly strike: Upset }
  | { readonly say: "reboot"; readonly cause: ResetCause }
  | { readonly say: "remembered" };

export type FromBoard =
  | { readonly say: "booting"; readonly boots: number }
  | { readonly say: "remember"; readonly infoRom: InfoRom }
  | { readonly say: "armed"; readonly ask: number; readonly refusal: ArmRefusal | "rail-off" | null }
  | { readonly say: "busy"; readonly computing: boolean; readonly clockShare: number }
  | { readonly say: "struck"; readonly line: Omit<TruthLine, "fluencePerCm2"> };
