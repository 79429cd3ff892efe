import type { Answer, Message, MessageOf } from "../../../firmware-protocol/messages.ts";
import { protocolVersion } from "../../../firmware-protocol/messages.ts";
import type { AnyAnswer, Question } from "../session-types.ts";
import type { Probe } from "./probe.ts";

/** One thing that every device of its capabilities must do. */
export interface Check {
  readonly name: string;
  /** Resolves when the device does it; throws Unmet when it does not. */
  prove(subject: Subject): Promise<void>;
}

/** The device does not do what the check asks; caught by the suite, never seen outside. */
export class Unmet extends Error {}

/** The check cannot be made on this device or link. */
export class NotTried extends Error {}

export function demand(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Unmet(otherwise);
}

/** For an answer. */
export const answerMs = 2000;
/** For work: golden, check, load, a run of a few iterations on a slow board. */
export const workMs = 120_000;
/** Long enough that the lease never ends a run that should go on. */
const calm = { heartbeatMs: 500, leaseMs: 60_000 };

/** The device under examination, and what the checks before have found out about it. */
export class Subject {
  readonly probe: Probe;
  hello: MessageOf<"hello-ok"> | null = null;
  workload = "";
  loaded: MessageOf<"load-ok"> | null = null;
  targets: readonly MessageOf<"target-ok">[] = [];
  golden: MessageOf<"golden-ok"> | null = null;
  #strikeId = 0;

  constructor(probe: Probe) {
    this.probe = probe;
  }

  can(capability: MessageOf<"hello-ok">["capabilities"][number]): boolean {
    return this.hello?.capabilities.includes(capability) ?? false;
  }

  /** For the checks after load and golden: what those found, demanded. */
  prepared(): {
    readonly loaded: MessageOf<"load-ok">;
    readonly golden: MessageOf<"golden-ok">;
    readonly targets: readonly MessageOf<"target-ok">[];
  } {
    const { loaded, golden, targets } = this;
    demand(loaded !== null && golden !== null && targets.length > 0, "it could not be loaded and made ready");
    return { loaded, golden, targets };
  }

  nextStrikeId(): number {
    return ++this.#strikeId;
  }

  /** Says hello, to whatever boot there is, and speaks to that one from then on. */
  async greet(times: Partial<typeof calm> = {}): Promise<MessageOf<"hello-ok">> {
    const command = { kind: "c", name: "hello", protocol: protocolVersion, ...calm, ...times } as const;
    const hello = await this.probe.ask(command, answerMs, 0);
    demand(hello?.name === "hello-ok", `hello got ${told(hello)}`);
    this.hello = hello;
    this.probe.boot = hello.boot;
    return hello;
  }

  /** Asks and demands this answer. */
  async get<N extends Answer["name"]>(command: Question, name: N, ms = answerMs): Promise<MessageOf<N>> {
    const answer = await this.probe.ask(command, ms);
    demand(answer?.name === name, `${command.name} got ${told(answer)}, not ${name}`);
    return answer as MessageOf<N>;
  }

  /** Asks and demands to be refused for this reason. */
  async refused(command: Question, reason: MessageOf<"refused">["reason"], boot?: number): Promise<void> {
    const answer = await this.probe.ask(command, answerMs, boot);
    demand(
      answer?.name === "refused" && answer.reason === reason && answer.command === command.name,
      `${command.name} got ${told(answer)}, not refused for ${reason}`,
    );
  }

  /** Loads with full refresh after every iteration, makes golden, forgets old events. */
  async prepare(seed = 1, refresh: "full" | "none" = "full"): Promise<void> {
    await this.load(seed, refresh);
    this.golden = await this.get({ kind: "c", name: "golden", times: 2 }, "golden-ok", workMs);
    await this.acknowledgeAll();
  }

  async load(seed = 1, refresh: "full" | "none" = "full"): Promise<MessageOf<"load-ok">> {
    const { workload } = this;
    const command = { kind: "c", name: "load", workload, seed, refresh, every: 1, elements: 10 } as const;
    this.loaded = await this.get(command, "load-ok", workMs);
    return this.loaded;
  }

  async acknowledgeAll(): Promise<void> {
    const { event } = await this.get({ kind: "c", name: "status" }, "status-ok");
    this.probe.tell({ kind: "c", name: "ack", event });
  }

  /** Runs, and waits for its end. */
  async run(first: number, iterations: number, strikes: number): Promise<readonly Message[]> {
    const mark = this.probe.mark();
    await this.get({ kind: "c", name: "run", first, iterations, strikes }, "run-ok");
    const done = await this.probe.firstNamed(mark, "done", workMs);
    demand(done !== null, `a run of ${iterations} iterations did not end within ${workMs} ms`);
    return this.probe.since(mark).filter((message) => message.kind === "e");
  }
}

/** An answer in words. */
export function told(answer: AnyAnswer | null): string {
  if (answer === null) return "no answer";
  return answer.name === "refused" ? `refused for ${answer.reason}` : answer.name;
}
