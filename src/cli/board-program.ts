import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { logAcknowledged } from "../board/acknowledged-log.ts";
import { cpuAccelerator } from "../board/accelerators/cpu.ts";
import { runAgent } from "../board/agent.ts";
import { linuxSurroundings } from "../board/linux-surroundings.ts";
import type { ResetCause } from "../domain/capabilities.ts";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort, Port } from "../domain/link.ts";
import { wire } from "../emulator/wire.ts";
import { linesOf } from "../link/lines.ts";
import { reopen } from "../link/reopen.ts";
import { toolName } from "./package-root.ts";

/**
 * The program of a real Linux accelerator board, over boots of its agent and pluggings of its cable.
 *
 *   port (opened again when it goes) ═ wire ═ link of this boot ═ agent ─reset, watchdog→ the next boot
 *
 * A cable that is pulled ends no boot: what the board has kept for its host is still there when it is back.
 */
export interface BoardProgram {
  readonly open: OpenPort;
  readonly serial: string;
  readonly format: "f32" | "i8";
  readonly clockKHz: number;
  /** Acknowledged events are appended here as lines of JSON; null: nowhere. */
  readonly eventLog: string | null;
  /** Holds the count of boots over restarts of this program; null: it begins at 1. */
  readonly bootsFile: string | null;
  /** Whether the end of the port is the end of the program: a host that started it on its standard streams is gone then. */
  readonly once: boolean;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

const eventCapacity = 1_024;

export async function runBoard(program: BoardProgram, signal: AbortSignal): Promise<void> {
  const cable = wire("board");
  const over = new AbortController();
  signal.addEventListener("abort", () => over.abort(), { once: true });
  const plugged = keepPlugged(program, cable, over);
  let cause: ResetCause = "unknown";
  for (let boots = earlierBoots(program.bootsFile) + 1; !isOver(over.signal); boots++) {
    if (program.bootsFile !== null) writeFileSync(program.bootsFile, `${boots}\n`);
    const link = linesOf(cable.device());
    const { why } = await runAgent(
      link,
      {
        model: "radrig-linux",
        serial: program.serial,
        firmware: toolName.split(" ")[1] ?? "0",
        accelerator: cpuAccelerator(program.format),
        surroundings: linuxSurroundings({ clockKHz: program.clockKHz }),
        clock: program.clock,
        bootId: randomInt(1, 0xffffffff),
        boots,
        cause,
        eventCapacity,
        ...(program.eventLog === null ? {} : { onAcknowledged: logAcknowledged(program.eventLog) }),
      },
      over.signal,
    );
    await link.close();
    cause = why === "command" || why === "watchdog" ? why : "unknown";
    if (!isOver(over.signal)) program.say(`boot ${boots} ended: ${why}`);
  }
  await plugged;
}

async function keepPlugged(
  { open, once, clock, say }: BoardProgram,
  cable: ReturnType<typeof wire>,
  over: AbortController,
): Promise<void> {
  let told = "";
  const onFailure = ({ message }: RigError): void => {
    if (message !== told) say(message);
    told = message;
  };
  while (!isOver(over.signal)) {
    const port = await reopen(open, { clock, onFailure }, over.signal);
    if (port === null) break;
    say(`listening on ${port.name}`);
    const pull = await untilItEnds(port, cable, over.signal);
    pull();
    await port.close();
    if (once) over.abort();
  }
  cable.unplug();
}

function untilItEnds(port: Port, cable: ReturnType<typeof wire>, signal: AbortSignal): Promise<() => void> {
  return new Promise((ended) => {
    const tapped = async function* (): AsyncGenerator<Uint8Array, void> {
      yield* port.chunks;
      ended(pull);
    };
    const pull = cable.plug({ ...port, chunks: tapped() });
    signal.addEventListener("abort", () => ended(pull), { once: true });
  });
}

function earlierBoots(path: string | null): number {
  if (path === null || !existsSync(path)) return 0;
  const text = readFileSync(path, "utf8").trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RigError(
    "config",
    `${path}: expected the count of boots, found ${JSON.stringify(text.slice(0, 40))}: remove the file to begin at 1`,
  );
}

/** Asked anew after every wait. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
