import { expect, test } from "vitest";
import type { Answer, Message, MessageOf, Payload } from "../../firmware-protocol/messages.ts";
import { scaledClock } from "../../src/cli/clocks.ts";
import { boardHandle } from "../../src/emulator/board-handle.ts";
import type { BoardHandle } from "../../src/emulator/board-handle.ts";
import { createWorld } from "../../src/emulator/world.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { benchSpec } from "./bench-spec.ts";
import { listenOn } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { boardProgram } from "./pty-bench.ts";

const memory = "hbm";

/** A TPU with ECC in a process of its own, and who listens to each of its boots. */
function tpuBoard(): { handle: BoardHandle; power: (on: boolean) => void; booted: () => Promise<Listener> } {
  const originNs = process.hrtime.bigint();
  const spec = benchSpec({}, { accelerator: "tpu", ecc: "on", array: { rows: 4, columns: 4 } });
  const world = createWorld(spec, scaledClock(1, originNs));
  let meet: (host: Listener) => void = () => undefined;
  const next = (): Promise<Listener> => new Promise((resolve) => (meet = resolve));
  let host = next();
  const handle = boardHandle({
    board: "a",
    serial: "EMU-A",
    spec: spec.boards["a"]!,
    seed: 1,
    timeScale: 1,
    originNs,
    program: boardProgram,
    eventLog: null,
    law: world.law("a"),
    device: world.device("a"),
    cells: [],
    openUart: () => {
      const [here, there] = memoryPair("uart");
      meet(listenOn(here));
      return there;
    },
    busy: () => undefined,
    struck: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  const power = (on: boolean): void => {
    host = next();
    world.rail("a", on);
    handle.turn(world.law("a"));
  };
  return { handle, power, booted: () => host };
}

type Place = Pick<MessageOf<"target-ok">, "word" | "mask" | "iteration" | "cycle">;

/** Loads, and strikes two bits of a word that is read: at that place, or where the board knows one. */
async function detectDouble(host: Listener, known?: Place): Promise<Place> {
  const ask = async (payload: Parameters<Listener["say"]>[0]) => host.answer(await host.say(payload));
  const kind = "c";
  await ask({ kind, name: "hello", protocol: 1, heartbeatMs: 500, leaseMs: 60_000 });
  const request = { workload: "gemm-i8", seed: 1, refresh: "full", every: 1, elements: 1 } as const;
  expect(await ask({ kind, name: "load", ...request })).toMatchObject({ name: "load-ok" });
  await ask({ kind, name: "golden", times: 1 });
  const place = known ?? (await selfCheckOf(ask));
  const { word, mask, iteration, cycle } = place;
  await ask({ kind, name: "strike", id: 1, target: memory, word, mask, iteration, cycle });
  await ask({ kind, name: "run", first: iteration, iterations: 1, strikes: 1 });
  expect(await host.next("ecc")).toMatchObject({ structure: "dram", uncorrected: 1 });
  return place;
}

async function selfCheckOf(ask: (payload: Payload) => Promise<Message & Answer>): Promise<Place> {
  for (let index = 0; ; index++) {
    const space = await ask({ kind: "c", name: "space", index });
    if (space.name !== "space-ok") throw new Error(`no ${memory}: ${space.name}`);
    if (space.target !== memory) continue;
    const target = await ask({ kind: "c", name: "target", index });
    if (target.name === "target-ok") return target;
  }
}

test("what a board in a process of its own has counted and retired outlives its power", async () => {
  const { handle, power, booted } = tpuBoard();
  try {
    const place = await detectDouble(await booted());
    const [page] = handle.infoRom.retired;
    expect(page).toMatchObject({ memory, cause: "double-bit", pending: true });
    power(false);
    power(true);
    // The page is out of use now, and the same double error is one more, in the page that stands in its place.
    await detectDouble(await booted(), place);
    expect(handle.infoRom.retired[0]).toEqual({ ...page, pending: false });
    expect(handle.infoRom.aggregate.get("dram")).toMatchObject({ uncorrected: 2 });
  } finally {
    await handle.close();
  }
});
