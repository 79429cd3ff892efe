import { setMaxListeners } from "node:events";
import { dirname, join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import { randomStream } from "../domain/random.ts";
import { boardHandle } from "./board-handle.ts";
import type { BoardHandle } from "./board-handle.ts";
import { boxLife } from "./box-life.ts";
import type { EmulationSpec } from "./emulation-schema.ts";
import type { EmulatedDevices } from "./in-memory.ts";
import { fabricOf, faultsOf } from "./fabric.ts";
import { fileSocket } from "./file-socket.ts";
import { instrumentLife } from "./instrument-life.ts";
import type { InstrumentPlace } from "./instrument-life.ts";
import { mischief } from "./mischief.ts";
import { openTasks } from "./open-tasks.ts";
import type { EmulatedPort } from "./port-board.ts";
import { promised } from "./promised.ts";
import { ptySocket } from "./pty-socket.ts";
import type { PtySocket } from "./pty-socket.ts";
import type { DeviceTruth, RailTruth, Truth } from "./truth.ts";
import { wire } from "./wire.ts";
import type { Wire } from "./wire.ts";
import { createWorld } from "./world.ts";
import type { World } from "./world.ts";

/**
 * The same bench over pseudo-terminals: this process holds the world and the bench box, each board is a process of its own.
 *
 *   host ─symlink→ PTY ─→ wire ─mischief→ board's process ─IPC─┐
 *   host ─symlink→ PTY ─→ wire ───→ bench box, instruments ────┴→ world → truth
 *
 * Ports are named by the path of their symlink. Strikes of the injector fall on the same words, bits, iterations and cycles
 * as in memory; particles come at the world's time, `timeScale` faster than the wall's.
 */
export interface OverPtysOptions {
  readonly seed: number;
  /** The world's clock, and its zero by `process.hrtime.bigint()`: the boards' processes build the same clock from it. */
  readonly clock: Clock;
  readonly originNs: bigint;
  /** The program of a board's process: calls `liveAsBoard`. */
  readonly boardProgram: string;
  readonly truth?: Truth;
  readonly railTruth?: (line: RailTruth | DeviceTruth) => void;
  /** A file for the acknowledged events of a board. */
  readonly eventLog?: (board: string) => string | null;
}

export interface PtyEmulation {
  readonly world: World;
  /** Resolves when every board has booted. */
  readonly ready: Promise<void>;
  /** Resolves when it was closed; rejects when a part of it broke, after all of it was closed. */
  readonly ended: Promise<void>;
  ports(): readonly EmulatedPort[];
  /** Takes the ports away, kills the boards' processes and waits for their end. */
  close(): Promise<void>;
}

export function emulateOverPtys(
  spec: EmulationSpec,
  devices: EmulatedDevices,
  options: OverPtysOptions,
): PtyEmulation {
  const { seed, clock } = options;
  const world = createWorld(spec, clock, options.truth, options.railTruth, seed);
  const sockets = new Map<Wire, { readonly serial: string; socket: PtySocket | null }>();
  const handles = new Map<string, BoardHandle>();
  const end = new AbortController();
  // Each device listens once: a bench may have any number of them.
  setMaxListeners(0, end.signal);
  const work = openTasks();
  const { promise: ended, resolve, reject } = promised();
  // Whoever does not ask how it ended is told by `close`.
  ended.catch(() => undefined);
  let failure: RigError | null = null;

  const place = (name: string, cable: Wire, serial: string, plug = ptySocket): void => {
    sockets.set(cable, { serial, socket: plug(name, cable) });
  };
  /** All that must not outlive this process. */
  const letGo = (): void => {
    for (const { socket } of sockets.values()) socket?.close();
    for (const handle of handles.values()) handle.kill();
  };
  const close = async (): Promise<void> => {
    process.off("exit", letGo);
    end.abort();
    world.close();
    for (const entry of sockets.values()) {
      entry.socket?.close();
      entry.socket = null;
    }
    await Promise.all([...handles.values()].map((handle) => handle.close()));
    await work.done().catch((error: unknown) => {
      failure ??= new RigError("environment", `the emulated bench broke: ${(error as Error).message}`, {
        cause: error,
      });
    });
    if (failure === null) resolve();
    else reject(failure);
    await ended;
  };
  const fail = (error: RigError): void => {
    failure ??= error;
    void close().catch(() => undefined);
  };

  const addBoard = (board: string, serial: string, port: string): void => {
    const boardSpec = spec.boards[board];
    if (boardSpec === undefined)
      throw new RigError("config", `station on port '${port}': no board '${board}' under emulation.boards`);
    const cable = wire(port);
    let name = port;
    place(name, cable, serial);
    const trouble = mischief(boardSpec.misbehave, {
      clock,
      random: randomStream(seed, board, "garbage"),
      pour: (bytes) => cable.pour(bytes),
      reboot: (cause) => handle.reboot(cause),
      vanish: (newName, goneMs) => {
        const entry = sockets.get(cable)!;
        entry.socket?.close();
        entry.socket = null;
        if (newName !== null) name = join(dirname(port), newName);
        const back = clock.sleep(goneMs, end.signal).then(() => {
          if (!end.signal.aborted) place(name, cable, serial);
        });
        work.add(back);
      },
    });
    const handle = boardHandle({
      board,
      serial,
      spec: boardSpec,
      seed,
      timeScale: spec.timeScale,
      originNs: options.originNs,
      program: options.boardProgram,
      eventLog: options.eventLog?.(board) ?? null,
      law: world.law(board),
      device: world.device(board),
      cells: world.cells(board),
      openUart: () => trouble.around(cable.device()),
      busy: (computing, clockShare) => world.busy(board, computing, clockShare),
      struck: (line) => options.truth?.({ ...line, fluencePerCm2: world.fluencePerCm2() }),
      failed: fail,
    });
    handles.set(board, handle);
    world.onLaw(board, (law) => handle.turn(law));
    world.onCells(board, (cells) => handle.holdCells(cells));
    const fabric = fabricOf(boardSpec.configuration);
    const configuration = world.configuration(board);
    configuration.onChange((flipped) => handle.configure(faultsOf(fabric, flipped)));
    if (boardSpec.accelerator === "soft")
      configuration.defineEssential(({ frame, word, bit }) => fabric.faultAt(frame, word, bit) !== null);
    world.onHang(board, () => trouble.hang());
    work.add(trouble.watch(end.signal));
  };
  const addBox = (serial: string, port: string): void => {
    const cable = wire(port);
    place(port, cable, serial);
    const equipment = {
      world,
      ambientC: spec.ambientC,
      arm: async (board: string, strike: Parameters<BoardHandle["arm"]>[0]) => {
        const handle = handles.get(board);
        return handle === undefined ? "rail-off" : handle.arm(strike);
      },
    };
    work.add(boxLife({ name: port, serial, seed, clock, wire: cable, equipment }, end.signal));
  };

  const addInstrument = (instrument: InstrumentPlace): void => {
    const { port, serial } = instrument;
    const cable = wire(port);
    const plug = instrument.writesFile === true ? fileSocket : ptySocket;
    place(port, cable, serial, plug);
    const vanish = (goneMs: number): void => {
      const entry = sockets.get(cable)!;
      entry.socket?.close();
      entry.socket = null;
      if (goneMs < 0) return;
      const back = clock.sleep(goneMs, end.signal).then(() => {
        if (!end.signal.aborted) place(port, cable, serial, plug);
      });
      work.add(back);
    };
    work.add(instrumentLife(instrument, cable, { spec, world, clock, seed, vanish }, end.signal));
  };

  process.on("exit", letGo);
  try {
    for (const { board, serial, port } of devices.boards) addBoard(board, serial, port);
    for (const { serial, port } of devices.boxes) addBox(serial, port);
    for (const instrument of devices.instruments ?? []) addInstrument(instrument);
  } catch (error) {
    letGo();
    process.off("exit", letGo);
    throw error;
  }
  return {
    world,
    ready: Promise.race([
      Promise.all([...handles.values()].map((handle) => handle.booted)).then(() => undefined),
      ended,
    ]),
    ended,
    ports: () =>
      [...sockets.values()].flatMap(({ serial, socket }) =>
        socket === null ? [] : [{ name: socket.name, serial }],
      ),
    close,
  };
}
