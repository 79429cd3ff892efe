import { findGuard } from "../control/guard-client.ts";
import { rigPlace } from "../control/runtime-place.ts";
import { RigError } from "../domain/errors.ts";
import { examineAlone, examineBoard } from "../rig/device-report.ts";
import type { DeviceReport } from "../rig/device-report.ts";
import { inMemory, openablePorts } from "./assemble.ts";
import { realClock, virtualClock } from "./clocks.ts";
import { checkRig } from "./cross-checks.ts";
import { readRig } from "./files.ts";
import type { ReadRig } from "./files.ts";
import { placeOf } from "./read-yaml.ts";
import { userName } from "./user-name.ts";

/**
 * Every device of a rig, examined on its own: what one does not answer hides nothing of the others. Runs nothing, turns nothing
 * on or off.
 *
 *   guard alive ─→ its devices, examined by it ┐
 *   all others ─open, identify, prove, close───┴→ reports, in the order of the file
 */
export interface RigCheck {
  readonly rig: string;
  readonly title: string;
  readonly ok: boolean;
  /** The guard that holds this rig's safety devices; null: none, or none is needed. */
  readonly guard: { readonly pid: number; readonly afterSeconds: number } | null;
  readonly devices: readonly DeviceReport[];
}

export async function checkRigDevices(path: string, say: (text: string) => void): Promise<RigCheck> {
  const read = readRig(path);
  checkRig(read);
  const { rig } = read;
  const guard = inMemory(rig) ? null : await askGuard(read);
  const clock = inMemory(rig) ? virtualClock() : realClock();
  const ports = await openablePorts(read, { clock, seed: 0, segment: 0, truthPath: null, say });
  const context = {
    clock,
    openPort: ports.of,
    locate: (where: readonly PropertyKey[]): string => placeOf(read.file, where),
  };
  try {
    const instruments = Object.keys(rig.devices).map(
      async (name) =>
        guard?.devices.find(({ device }) => device === name) ?? (await examineAlone(rig, name, context)),
    );
    // Boards last: what feeds them has been looked at by then.
    const devices = await Promise.all(instruments);
    const boards = await Promise.all(
      Object.keys(rig.stations).map((name) => examineBoard(rig, name, context)),
    );
    const all = [
      ...boards.map((board) => explained(board, board.device, devices)),
      ...devices.map((found) => {
        const within = Object.entries(rig.stations).find(
          ([, { injector }]) => injector?.device === found.device,
        );
        const isSilent = found.problem?.includes("no answer") === true;
        return within === undefined || !isSilent ? found : explained(found, within[0], devices);
      }),
    ];
    return {
      rig: rig.rig,
      title: rig.title,
      ok: all.every(({ ok }) => ok),
      guard: guard === null ? null : { pid: guard.pid, afterSeconds: guard.afterSeconds },
      devices: all,
    };
  } finally {
    await ports.close();
  }
}

/** A board without power cannot answer, nor can the injector in it: its rail says more than its silence. */
function explained(found: DeviceReport, station: string, devices: readonly DeviceReport[]): DeviceReport {
  if (found.ok) return found;
  const off = devices
    .flatMap(({ readings }) => readings)
    .find((words) => words.startsWith(`${station} `) && / off\b/.test(words));
  return off === undefined
    ? found
    : { ...found, problem: `no answer: its rail is off (${off})`, mend: "radrig power on FILE" };
}

async function askGuard(read: ReadRig): Promise<{
  readonly pid: number;
  readonly afterSeconds: number;
  readonly devices: readonly DeviceReport[];
} | null> {
  const { guard } = rigPlace(read.file.path, process.env);
  const link = await findGuard(guard, { role: "operator", by: userName(), pid: process.pid, record: null });
  if (link === null) return null;
  try {
    const { pid, afterMs } = link.info;
    const reply = await link.ask({ ask: "check" });
    if (reply.kind === "ok")
      // The guard's answer is made by the same program.
      return { pid, afterSeconds: afterMs / 1000, devices: reply.value as readonly DeviceReport[] };
    throw new RigError(
      "instrument",
      `the guard of process ${pid} holds the instruments and does not say how they are: ${reply.kind === "refused" ? reply.reason : "no answer"}`,
    );
  } finally {
    link.close();
  }
}
