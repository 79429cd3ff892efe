import { closeSync, existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { logAcknowledged } from "../board/acknowledged-log.ts";
import type { InfoRom } from "../board/info-rom.ts";
import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Port } from "../domain/link.ts";
import { chunkQueue } from "../link/chunk-queue.ts";
import { writerOf } from "../link/writer-of.ts";
import { boardLife } from "./board-life.ts";
import type { BoardLife } from "./board-life.ts";
import { emulatedAgentWith } from "./emulated-agent.ts";
import { keepBeforeSaying } from "./kept-info-rom.ts";
import type { FromBoard, ToBoard } from "./process-words.ts";
import type { WorldReports } from "./surroundings.ts";
import { wire } from "./wire.ts";

/**
 * A board as a process of its own: what lives and dies with its rail.
 *
 *   world's process ═ IPC: law, configure, arm, reboot → board → busy, struck, booting, remember ═ world's process
 *   PTY ═ world's process ═ descriptor 4, the UART ═ wire ═ agent
 *
 * It ends with the process that started it, however that one ends.
 */
export function liveAsBoard(clockOf: (timeScale: number, originNs: bigint) => Clock): void {
  closeInheritedTerminals();
  let life: BoardLife | null = null;
  process.on("disconnect", () => process.exit());
  // Ctrl-C reaches the whole group; it is the world's process that decides.
  process.on("SIGINT", () => undefined);
  process.on("message", (message) => {
    const words = message as ToBoard;
    switch (words.say) {
      case "boot":
        life = begin(words, clockOf(words.timeScale, BigInt(words.originNs)));
        break;
      case "law":
        life?.turn(words.law);
        break;
      case "configure":
        life?.configure(words.faults);
        break;
      case "hold":
        life?.holdCells(words.cells);
        break;
      case "arm":
        say({ say: "armed", ask: words.ask, refusal: life === null ? "not-loaded" : life.arm(words.strike) });
        break;
      case "reboot":
        life?.reboot(words.cause);
        break;
      case "remembered":
        remembered();
        break;
    }
  });
}

/**
 * The masters of the bench's PTYs are not marked close-on-exec, so a forked process gets them: held here, a terminal that is
 * to hang up would not.
 */
function closeInheritedTerminals(): void {
  const open = "/proc/self/fd";
  if (!existsSync(open)) return;
  for (const descriptor of readdirSync(open).map(Number)) {
    if (descriptor <= uartDescriptor) continue;
    const file = lstatSync(join(open, String(descriptor)), { throwIfNoEntry: false });
    if (file !== undefined && /^\/dev\/(ptmx|pts\/)/.test(readlinkSync(join(open, String(descriptor)))))
      closeSync(descriptor);
  }
}

function begin(words: Extract<ToBoard, { readonly say: "boot" }>, clock: Clock): BoardLife {
  const { board, serial, spec, seed, boots, cause, law, faults, device, cells, eventLog, bootsAtNs } = words;
  const { infoRom } = words;
  const cable = wire(board);
  cable.plug(keepBeforeSaying(uartPort(), infoRom, remember));
  const life = boardLife({
    board,
    serial,
    spec,
    seed,
    clock,
    agent: eventLog === null ? emulatedAgentWith() : emulatedAgentWith(logAcknowledged(eventLog)),
    openUart: () => cable.device(),
    reports: reportsOver(clock),
    law,
    faults,
    device,
    cells,
    boots,
    cause,
    infoRom,
    firstBootMs: Math.max(0, (bootsAtNs - clock.nowNs()) / nsPerMs),
    booting: (count) => say({ say: "booting", boots: count }),
  });
  // What breaks the agent ends the process with a stack on stderr; the world's process says so.
  void life.run(new AbortController().signal).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return life;
}

let remembered: () => void = () => undefined;

function remember(infoRom: InfoRom): Promise<void> {
  return new Promise((resolve) => {
    remembered = resolve;
    say({ say: "remember", infoRom });
  });
}

/** An agent may turn busy and idle a thousand times a second: the world is told at most every so often. */
const busyToldEveryMs = 100;

function reportsOver(clock: Clock): WorldReports {
  /** Part of the full clock that it computes at; 0 is idle. */
  let [now, told, telling] = [0, 0, false];
  const tell = async (): Promise<void> => {
    telling = true;
    while (told !== now) {
      told = now;
      say({ say: "busy", computing: told > 0, clockShare: told > 0 ? told : 1 });
      await clock.sleep(busyToldEveryMs);
    }
    telling = false;
  };
  return {
    busy: (computing, clockShare) => {
      now = computing ? clockShare : 0;
      if (!telling) void tell();
    },
    struck: (line) => say({ say: "struck", line }),
  };
}

const uartDescriptor = 4;

function uartPort(): Port {
  const socket = new Socket({ fd: uartDescriptor, readable: true, writable: true });
  const queue = chunkQueue(() => void socket.resume());
  socket.on("data", (chunk: Buffer) => {
    if (!queue.push(chunk)) socket.pause();
  });
  socket.on("error", () => queue.end());
  socket.on("close", () => queue.end());
  const close = (): Promise<void> => {
    socket.destroy();
    return Promise.resolve();
  };
  return { name: "uart", chunks: queue.chunks, write: writerOf(socket), close };
}

function say(words: FromBoard): void {
  if (process.connected) process.send?.(words);
}
