import type { BenchFault } from "../domain/equipment.ts";
import type { GuardedStation } from "../domain/guarded.ts";
import { checkRails } from "./absolute-limits.ts";
import { FaultQueue } from "./fault-queue.ts";
import { equipmentWithin, guardedDevices } from "./guarded-part.ts";
import { checkNames, connectAll, deviceSession } from "./open-devices.ts";
import type { DeviceContext } from "./open-devices.ts";
import type { RigSpec } from "./rig-schema.ts";
import { Session } from "./session.ts";
import { equipmentOf, railsOf } from "./stations.ts";
import type { Equipment, OpenDevices } from "./stations.ts";

/** The safety devices of a rig, opened without its boards: what a guard holds. Nothing is turned on or off by opening them. */
export interface GuardedPart {
  readonly devices: OpenDevices;
  readonly stations: ReadonlyMap<string, GuardedStation>;
  readonly faults: AsyncIterable<BenchFault>;
  boxesAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 *   rig file ─→ rails, heaters, shutters ─connect→ sessions ─→ capabilities by station
 *
 * RigError: those of the ports, `instrument`, `board_missing`, `board_mismatch`, `config`. Whatever was opened by then is closed.
 */
export async function openGuarded(
  spec: RigSpec,
  context: DeviceContext,
  held: ReadonlySet<string> = guardedDevices(spec),
): Promise<GuardedPart> {
  checkNames(spec);
  const faults = new FaultQueue();
  const devices: OpenDevices = new Map(
    [...held].map((name) => [name, deviceSession(spec, name, faults, context)]),
  );
  const close = async (): Promise<void> => {
    faults.end();
    await Promise.all([...devices.values()].map((session) => session.close()));
  };
  try {
    await connectAll([...devices.values()], context);
    const stations = new Map<string, Equipment>();
    for (const [name, station] of Object.entries(spec.stations)) {
      const mine = equipmentWithin(station, held, true);
      stations.set(name, equipmentOf(name, mine, devices, railsOf(name, mine, devices, context.clock)));
    }
    checkRails(spec, stations, context.locate);
    // A rail found off rests from now: nobody knows since when it is.
    for (const { rails } of stations.values()) for (const rail of rails) await rail.read();
    return { devices, stations, faults, boxesAlive: () => boxesAlive(devices), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function boxesAlive(devices: OpenDevices): Promise<boolean> {
  const boxes = [...devices.values()].filter((device) => device instanceof Session);
  const replies = await Promise.all(boxes.map((box) => box.ask({ kind: "c", name: "status" })));
  return replies.some((reply) => reply.kind !== "silence");
}
