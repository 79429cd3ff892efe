import { railLine } from "../control/cut-rails.ts";
import { GuardDuty } from "../control/guard-duty.ts";
import type { LogEntry } from "../control/guard-duty.ts";
import { infoOf } from "../control/guard-info.ts";
import type { GuardInfo } from "../control/guard-info.ts";
import type { CutLimits } from "../control/guard-limits.ts";
import { findGuard } from "../control/guard-client.ts";
import { startGuardServer } from "../control/guard-server.ts";
import type { GuardServer } from "../control/guard-server.ts";
import { rigPlace } from "../control/runtime-place.ts";
import { RigError } from "../domain/errors.ts";
import type { Reply } from "../domain/reply.ts";
import { examineOpen } from "../rig/device-report.ts";
import { openGuarded } from "../rig/open-guarded.ts";
import type { GuardedPart } from "../rig/open-guarded.ts";
import { inMemory, openablePorts } from "./assemble.ts";
import { realClock } from "./clocks.ts";
import { checkRig } from "./cross-checks.ts";
import { readRig } from "./files.ts";
import type { ReadRig } from "./files.ts";
import { writeLog } from "./guard-log.ts";
import { onInterrupt } from "./interrupts.ts";
import { toolName } from "./package-root.ts";
import { placeOf } from "./read-yaml.ts";
import { userName } from "./user-name.ts";

/**
 *   rig file ─→ safety devices, opened here and nowhere else ─→ duty ←─ socket ←─ run, operator
 *                                                                └─→ log, terminal
 */
export interface GuardOptions {
  readonly afterMs: number;
  /** Told when the guard is up. */
  readonly ready: (info: GuardInfo) => void;
  /** Told of all that is logged. */
  readonly did: (entry: LogEntry) => void;
  readonly say: (text: string) => void;
}

/** Guards the rig until the operator ends it; the rails then stay as they are. RigError where it cannot begin. */
export async function guardRig(path: string, options: GuardOptions): Promise<void> {
  const read = readRig(path);
  checkRig(read);
  refuseWhatNeedsNone(read);
  const place = rigPlace(read.file.path, process.env);
  await refuseSecond(place.guard, read.file.name);
  const clock = realClock();
  const ports = await openablePorts(read, { clock, seed: 0, segment: 0, truthPath: null, say: options.say });
  const end = new AbortController();
  const part = await openGuarded(read.rig, {
    clock,
    openPort: ports.of,
    locate: (where) => placeOf(read.file, where),
  });
  const log = (entry: LogEntry): void => {
    const wrong = writeLog(place.guardLog, entry);
    if (wrong !== null) options.say(`the log could not be written: ${wrong}`);
    options.did(entry);
  };
  const info = infoAbout(read, part, options.afterMs);
  const { stations } = part;
  const duty = new GuardDuty({
    stations,
    limits: limitsOf(read),
    clock,
    afterMs: options.afterMs,
    log,
    told: (caller, cut) => server.cut(caller, cut),
    switched: (fault) => server.fault(fault),
  });
  const server = await startGuardServer(place.guard, info, (caller, ask) =>
    ask.ask === "check" || ask.ask === "boxes" ? answerItself(part, ask.ask) : duty.asked(caller, ask),
  );
  const stop = (): void => end.abort();
  const interrupts = onInterrupt(process, stop, stop);
  try {
    duty.log("up", `holds ${info.devices.join(", ")}; cuts after ${options.afterMs / 1000} s of silence`);
    options.ready(info);
    void tellFaults(part, server, options.say);
    await duty.watch(end.signal);
    duty.log("down", "ended by its operator; the rails stay as they are");
  } finally {
    interrupts.close();
    await server.close();
    await part.close();
    await ports.close();
  }
}

async function answerItself(part: GuardedPart, ask: "check" | "boxes"): Promise<Reply<unknown>> {
  if (ask === "boxes") return { kind: "ok", value: await part.boxesAlive() };
  const devices = [...part.devices].map(([name, session]) => examineOpen(name, session, part.stations));
  return { kind: "ok", value: await Promise.all(devices) };
}

async function tellFaults(
  part: GuardedPart,
  server: GuardServer,
  say: (text: string) => void,
): Promise<void> {
  for await (const { device, stations, what, detail } of part.faults) {
    say(`${device}: ${what.replaceAll("_", " ")}: ${detail}`);
    server.fault({ device, stations, what, detail });
  }
}

function infoAbout(read: ReadRig, part: GuardedPart, afterMs: number): GuardInfo {
  return {
    tool: toolName,
    rig: read.rig.rig,
    rigSha256: read.sha256,
    pid: process.pid,
    afterMs,
    devices: [...part.devices.keys()],
    stations: Object.fromEntries([...part.stations].map(([name, station]) => [name, infoOf(station)])),
  };
}

/** The lowest of what the rig file says that a board stands. */
function limitsOf({ rig }: ReadRig): Map<string, CutLimits> {
  const lowest = (...limits: readonly (number | undefined)[]): number | null => {
    const known = limits.filter((limit) => limit !== undefined);
    return known.length === 0 ? null : Math.min(...known);
  };
  return new Map(
    Object.entries(rig.stations).map(([name, { limits, absolute, thermal }]) => [
      name,
      {
        objectCutC: lowest(thermal?.absolute.highestC, limits.dieCutC, absolute.dieC),
        dieCutC: lowest(limits.dieCutC, absolute.dieC),
      },
    ]),
  );
}

function refuseWhatNeedsNone({ file, rig }: ReadRig): void {
  if (inMemory(rig))
    throw new RigError(
      "config",
      `${file.name}: a bench in memory lives and dies with its run: it needs no guard`,
    );
  if (
    Object.values(rig.stations).every(({ supply, thermal }) => supply === undefined && thermal === undefined)
  )
    throw new RigError(
      "config",
      `${file.name}: no station has a supply or a thermal device: there is nothing to guard`,
    );
}

/** Two guards would wrestle for one port. */
async function refuseSecond(path: string, name: string): Promise<void> {
  const other = await findGuard(path, { role: "operator", by: userName(), pid: process.pid, record: null });
  if (other === null) return;
  const { pid } = other.info;
  other.close();
  throw new RigError("environment", `${name} is guarded already, by process ${pid}: end that one first`);
}

/** What stands in the log, for a person. */
export function logLines({ atUtc, what, why, rails }: LogEntry): readonly string[] {
  return [`${atUtc}  ${what}: ${why}`, ...rails.map((rail) => `  ${railLine(rail)}`)];
}
