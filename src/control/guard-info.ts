import { z } from "zod";
import type { RailLimits, RailMost, RailVerification, ThermalLimits } from "../domain/equipment.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import type { TargetSpace } from "../domain/strike.ts";

/** What a guard says of itself in its welcome, and of the equipment it holds: all that is no verb. */
export interface GuardInfo {
  /** `radrig 0.1.0`: both ends are of one version, or they do not talk. */
  readonly tool: string;
  readonly rig: string;
  readonly rigSha256: string;
  readonly pid: number;
  /** Its stated time: so long may a run be silent that took command. */
  readonly afterMs: number;
  readonly devices: readonly string[];
  readonly stations: Readonly<Record<string, StationInfo>>;
}

export interface StationInfo {
  readonly rails: readonly {
    readonly name: string;
    readonly device: string;
    readonly verifies: RailVerification;
    readonly limits: RailLimits;
    readonly most: RailMost | null;
  }[];
  readonly thermal: { readonly name: string; readonly limits: ThermalLimits } | null;
  readonly injector: {
    readonly name: string;
    readonly reaches: readonly string[];
    readonly space: TargetSpace | null;
  } | null;
  readonly beam: { readonly devices: readonly string[] } | null;
}

export function infoOf({ rails, thermal, injector, beam }: GuardedStation): StationInfo {
  return {
    rails: rails.map(({ name, device, verifies, limits, most }) => ({
      name,
      device,
      verifies,
      limits,
      most,
    })),
    thermal: thermal === null ? null : { name: thermal.name, limits: thermal.limits },
    injector:
      injector === null ? null : { name: injector.name, reaches: injector.reaches, space: injector.space },
    beam: beam === null ? null : { devices: beam.devices },
  };
}

/** Only what decides whether to talk at all; the rest is the same program's own, of the same version. */
const head = z.looseObject({
  tool: z.string(),
  rigSha256: z.string(),
  pid: z.number(),
  afterMs: z.number(),
  devices: z.array(z.string()),
  stations: z.record(
    z.string(),
    z.looseObject({
      rails: z.array(z.looseObject({ name: z.string(), device: z.string() })),
      thermal: z.looseObject({ name: z.string() }).nullable(),
      injector: z.looseObject({ name: z.string() }).nullable(),
      beam: z.looseObject({ devices: z.array(z.string()) }).nullable(),
    }),
  ),
});

/** null: this is not what a guard says. */
export function parseInfo(value: unknown): GuardInfo | null {
  const parsed = head.safeParse(value);
  return parsed.success ? (parsed.data as unknown as GuardInfo) : null;
}
