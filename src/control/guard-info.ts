import { z } from "zod";
import type { Beam, Injector, Supply, Thermal } from "../domain/equipment.ts";
import type { GuardedStation } from "../domain/guarded.ts";

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

/** What a capability is, without what it does. */
type DataOf<T> = { readonly [K in keyof T as T[K] extends (...args: never) => unknown ? never : K]: T[K] };

export interface StationInfo {
  readonly rails: readonly DataOf<Supply>[];
  readonly thermal: DataOf<Thermal> | null;
  readonly injector: DataOf<Injector> | null;
  readonly beam: DataOf<Beam> | null;
}

export function infoOf({ rails, thermal, injector, beam }: GuardedStation): StationInfo {
  return {
    rails: rails.map(dataOf),
    thermal: thermal === null ? null : dataOf(thermal),
    injector: injector === null ? null : dataOf(injector),
    beam: beam === null ? null : dataOf(beam),
  };
}

function dataOf<T extends object>(capability: T): DataOf<T> {
  const data = Object.entries(capability).filter(([, value]) => typeof value !== "function");
  return Object.fromEntries(data) as DataOf<T>;
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
