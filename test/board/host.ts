import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { Answer, Command, Message, MessageOf } from "../../firmware-protocol/messages.ts";
import { runAgent } from "../../src/board/agent.ts";
import { cpuAccelerator } from "../../src/board/accelerators/cpu.ts";
import type { AgentEnd, AgentOptions } from "../../src/board/state.ts";
import { noBits } from "../../src/board/state.ts";
import type { DueStrike, OccupiedStructure, Surroundings } from "../../src/board/surroundings.ts";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Port } from "../../src/domain/link.ts";
import { linesOf } from "../../src/link/lines.ts";
import { memoryPair } from "../../src/link/memory.ts";

/** A board over a pair of memory ports and a host that speaks to it, message by message, in virtual time. */
export interface Host {
  readonly clock: Clock;
  readonly port: Port;
  readonly world: World;
  readonly ended: Promise<AgentEnd>;
  /** Everything received so far, in order. */
  readonly heard: readonly Message[];
  /** The bytes before the first line. */
  readonly first: () => string;
  /** Sends a command and waits for its answer; what comes before it is in `heard`. */
  ask(command: Bare): Promise<Message>;
  /** Waits for the first message after those already awaited that this is true of. */
  until<M extends Message>(is: (message: Message) => message is M): Promise<M>;
  event<N extends Message["name"]>(name: N): Promise<MessageOf<N>>;
  send(command: Bare, boot?: number): number;
  raw(text: string): Promise<void>;
  /** load, golden; answers golden-ok. */
  prepare(workload: string, refresh?: "full" | "weights" | "inputs" | "none", every?: number): Promise<void>;
  /** Strikes and runs one iteration; its events up to `done`. */
  strike(strike: StrikeAt): Promise<Message[]>;
  run(first: number, iterations: number, strikes?: number): Promise<Message[]>;
  stop(): Promise<AgentEnd>;
}

type WithoutKind<C> = C extends Command ? Omit<C, "kind"> : never;
/** A command, without what every one has. */
export type Bare = WithoutKind<Command>;
export type StrikeAt = Omit<Extract<Bare, { readonly name: "strike" }>, "name">;

/** Surroundings whose strikes a test chooses. */
export interface World extends Surroundings {
  readonly due: (DueStrike & { readonly iteration: number })[];
  readonly occupied: OccupiedStructure[][];
  readonly busyTold: boolean[];
}

export const bootId = 0x5eed0001;

export function worldOf(): World {
  const world: World = {
    due: [],
    occupied: [],
    busyTold: [],
    dieC: () => 41.25,
    throttle: () => 0x20,
    clockKHz: () => 100_000,
    powerMilliW: () => 1_234,
    occupy: (structures) => void world.occupied.push([...structures]),
    rewritten: () => undefined,
    busy: (computing) => void world.busyTold.push(computing),
    fabric: () => [],
    held: () => noBits,
    strikesDue: (iteration) => world.due.filter((strike) => strike.iteration === iteration),
  };
  return world;
}

export function attach(options: Partial<AgentOptions> = {}): Host {
  const clock = options.clock ?? virtualClock();
  const world = worldOf();
  const [port, device] = memoryPair("board");
  const abort = new AbortController();
  const ended = runAgent(
    linesOf(device),
    {
      model: "test",
      serial: "TEST-1",
      firmware: "0.1.0",
      accelerator: cpuAccelerator("f32"),
      surroundings: world,
      clock,
      bootId,
      boots: 7,
      cause: "power",
      eventCapacity: 1_024,
      // As on an emulated board, and faster; tests of what particles do unseen say otherwise.
      onlyStrikesChangeMemory: true,
      ...options,
    },
    abort.signal,
  );
  let first: string | null = null;
  const tapped: Port = {
    ...port,
    chunks: (async function* () {
      for await (const chunk of port.chunks) {
        first ??= Buffer.from(chunk).toString("latin1");
        yield chunk;
      }
    })(),
  };
  const link = linesOf(tapped);
  const batches = link.batches[Symbol.asyncIterator]();
  const heard: Message[] = [];
  let read = 0;
  let seq = 0;
  const next = async (): Promise<Message> => {
    while (read >= heard.length) {
      const batch = await batches.next();
      if (batch.done === true) throw new Error("the board closed its link");
      for (const line of batch.value) {
        const message = decode(line);
        if (message.kind === "garbled") throw new Error(`garbled (${message.reason}): ${line}`);
        heard.push(message);
      }
    }
    return heard[read++]!;
  };
  const until: Host["until"] = async (is) => {
    for (;;) {
      const message = await next();
      if (is(message)) return message;
    }
  };
  const send: Host["send"] = (command, boot = bootId) => {
    const head = { seq: ++seq, boot, uptimeMs: 0 };
    void link.write([encode(head, { kind: "c", ...command })]);
    return seq;
  };
  const ask: Host["ask"] = (command) => {
    const re = send(command);
    return until((message): message is Message & Answer => message.kind === "a" && message.re === re);
  };
  const event: Host["event"] = (name) =>
    until((message): message is MessageOf<typeof name> => message.name === name);
  const toDone = async (from: number): Promise<Message[]> => {
    await event("done");
    return heard.slice(from, read).filter((message) => message.kind === "e");
  };
  const host: Host = {
    clock,
    port,
    world,
    ended,
    heard,
    first: () => first ?? "",
    ask,
    until,
    event,
    send,
    raw: (text) => port.write(Buffer.from(text, "latin1")),
    prepare: async (workload, refresh = "full", every = 1) => {
      await ask({ name: "load", workload, seed: 42, refresh, every, elements: 10 });
      await ask({ name: "golden", times: 2 });
    },
    strike: async (strike) => {
      await ask({ name: "strike", ...strike });
      return host.run(strike.iteration, 1, 1);
    },
    run: async (firstIteration, iterations, strikes = 0) => {
      const from = heard.length;
      await ask({ name: "run", first: firstIteration, iterations, strikes });
      return toDone(from);
    },
    stop: () => {
      abort.abort();
      return ended;
    },
  };
  return host;
}
