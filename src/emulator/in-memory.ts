import { setMaxListeners } from "node:events";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import { randomStream } from "../domain/random.ts";
import { memoryPair } from "../link/memory.ts";
import { boardLife } from "./board-life.ts";
import type { Agent, BoardLife } from "./board-life.ts";
import { boxLife } from "./box-life.ts";
import type { EmulationSpec } from "./emulation-schema.ts";
import { fabricOf, faultsOf } from "./fabric.ts";
import { instrumentLife } from "./instrument-life.ts";
import type { InstrumentPlace } from "./instrument-life.ts";
import { mischief } from "./mischief.ts";
import { portBoard } from "./port-board.ts";
import type { EmulatedPort } from "./port-board.ts";
import type { DeviceTruth, RailTruth, Truth } from "./truth.ts";
import { wire } from "./wire.ts";
import { openTasks } from "./open-tasks.ts";
import { createWorld } from "./world.ts";
import type { World } from "./world.ts";

/**
 * A whole bench inside this process, on the clock it is given; on a virtual one, deterministic to the byte.
 *
 *   host ─memory pair→ wire ─mischief→ agent of a board ─surroundings─┐
 *   host ─memory pair→ wire ─────────→ bench box, instruments ────────┴→ world → truth
 */
export interface EmulatedDevices {
  /** A board of the emulation by its name there, its serial number, and the port it is first found under. */
  readonly boards: readonly { readonly board: string; readonly serial: string; readonly port: string }[];
  readonly boxes: readonly { readonly serial: string; readonly port: string }[];
  readonly instruments?: readonly InstrumentPlace[];
}

export interface InMemoryOptions {
  readonly agent: Agent;
  readonly truth?: Truth;
  readonly railTruth?: (line: RailTruth | DeviceTruth) => void;
}

export interface Emulation {
  readonly world: World;
  /** Opens what is found under this name when it is called: RigError `port_missing` or `port_busy` otherwise. */
  openPort(name: string): OpenPort;
  /** The ports there are now: a port that vanished may be back under another name, with its device's serial number. */
  ports(): readonly EmulatedPort[];
  /** Ends every device; rejects with what broke one, if anything did. */
  close(): Promise<void>;
}

export function emulateInMemory(
  spec: EmulationSpec,
  devices: EmulatedDevices,
  clock: Clock,
  seed: number,
  options: InMemoryOptions,
): Emulation {
  const world = createWorld(spec, clock, options.truth, options.railTruth, seed);
  const ports = portBoard();
  const lives = new Map<string, BoardLife>();
  const end = new AbortController();
  // Each device listens once: a bench may have any number of them.
  setMaxListeners(0, end.signal);
  const work = openTasks();

  for (const { board, serial, port } of devices.boards) {
    const boardSpec = spec.boards[board];
    if (boardSpec === undefined)
      throw new RigError("config", `station on port '${port}': no board '${board}' under emulation.boards`);
    const cable = wire(port);
    let name = port;
    ports.put({ name, serial }, cable);
    const trouble = mischief(boardSpec.misbehave, {
      clock,
      random: randomStream(seed, board, "garbage"),
      pour: (bytes) => cable.pour(bytes),
      reboot: (cause) => life.reboot(cause),
      vanish: (newName, goneMs) => {
        ports.take(name);
        cable.unplug();
        name = newName ?? name;
        const back = clock.sleep(goneMs, end.signal).then(() => {
          if (!end.signal.aborted) ports.put({ name, serial }, cable);
        });
        work.add(back);
      },
    });
    const life = boardLife({
      board,
      serial,
      spec: boardSpec,
      seed,
      clock,
      agent: options.agent,
      openUart: () => trouble.around(cable.device()),
      law: world.law(board),
      device: world.device(board),
      cells: world.cells(board),
      reports: {
        busy: (computing, clockShare) => world.busy(board, computing, clockShare),
        struck: (line) => options.truth?.({ ...line, fluencePerCm2: world.fluencePerCm2() }),
      },
    });
    world.onLaw(board, (law) => life.turn(law));
    world.onCells(board, (cells) => life.holdCells(cells));
    const fabric = fabricOf(boardSpec.configuration);
    const configuration = world.configuration(board);
    configuration.onChange((flipped) => life.configure(faultsOf(fabric, flipped)));
    if (boardSpec.accelerator === "soft")
      configuration.defineEssential(({ frame, word, bit }) => fabric.faultAt(frame, word, bit) !== null);
    world.onHang(board, () => trouble.hang());
    lives.set(board, life);
    work.add(life.run(end.signal));
    work.add(trouble.watch(end.signal));
  }
  for (const { serial, port } of devices.boxes) {
    const cable = wire(port);
    ports.put({ name: port, serial }, cable);
    const equipment = {
      world,
      ambientC: spec.ambientC,
      arm: (board: string, strike: Parameters<BoardLife["arm"]>[0]) =>
        Promise.resolve(lives.get(board)?.arm(strike) ?? (lives.has(board) ? null : ("rail-off" as const))),
    };
    work.add(boxLife({ name: port, serial, seed, clock, wire: cable, equipment }, end.signal));
  }
  for (const place of devices.instruments ?? []) {
    const { port, serial } = place;
    const cable = wire(port);
    ports.put({ name: port, serial }, cable);
    const vanish = (goneMs: number): void => {
      ports.take(port);
      cable.unplug();
      if (goneMs < 0) return;
      const back = clock.sleep(goneMs, end.signal).then(() => {
        if (!end.signal.aborted) ports.put({ name: port, serial }, cable);
      });
      work.add(back);
    };
    work.add(instrumentLife(place, cable, { spec, world, clock, seed, vanish }, end.signal));
  }

  return {
    world,
    ports: () => ports.list(),
    openPort: (name) => () =>
      new Promise((resolve) => {
        const [host, device] = memoryPair(name);
        const pull = ports.find(name).plug(device);
        // Closed means free to be opened again at once.
        const close = (): Promise<void> => {
          pull();
          return Promise.resolve();
        };
        resolve({ ...host, close });
      }),
    close: async () => {
      end.abort();
      world.close();
      ports.unplugAll();
      await work.done();
    },
  };
}
