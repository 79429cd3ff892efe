import type {
  Dut,
  DutEvent,
  Golden,
  Identity,
  Loaded,
  LoadRequest,
  ReadBack,
  LinkTotals,
} from "../domain/capabilities.ts";
import type { Reply, Silence } from "../domain/reply.ts";
import { axesFit, isPlainFlip, plainAxes } from "../domain/strike.ts";
import type { Axis, Strike, TargetSpace } from "../domain/strike.ts";
import { unfit } from "./greeting.ts";
import { outputName, workloadsInALine } from "../../firmware-protocol/messages.ts";
import type { Session } from "./session.ts";
import { done } from "../domain/reply.ts";

/**
 * A board as the campaign sees it: every verb is one or a few commands of the protocol, every answer a value.
 *
 *   verb ─→ session.ask … ─→ Reply      events ←─ session.nextEvent
 */
export function dutOver(session: Session, serial: string | null): Dut {
  return new SessionDut(session, serial);
}

/** More targets than any board has; one that claims them is not asked for each. */
const mostTargets = 256;
const mostWorkloads = 256;

class SessionDut implements Dut {
  readonly name: string;
  readonly #session: Session;
  readonly #serial: string | null;

  constructor(session: Session, serial: string | null) {
    this.name = session.name;
    this.#session = session;
    this.#serial = serial;
  }

  async identify(signal?: AbortSignal): Promise<Reply<Identity>> {
    const hello = await this.#session.ask(this.#session.helloCommand(), { signal });
    if (hello.kind !== "ok") return hello;
    const { model, serial, firmware, accelerator, boot, boots, cause, capabilities } = hello.value;
    if (unfit(hello.value, { name: this.name, serial: this.#serial }) !== null)
      return { kind: "refused", reason: "identity-differs" };
    const offered = await this.#session.ask({ kind: "c", name: "workloads" }, { signal });
    if (offered.kind !== "ok") return offered;
    const more = await this.#moreWorkloads(offered.value.workloads, signal);
    if (more.kind !== "ok") return more;
    const workloads = more.value;
    const value = {
      model,
      serial,
      firmware,
      accelerator,
      bootId: boot,
      boots,
      cause,
      capabilities,
      workloads,
    };
    return { kind: "ok", value };
  }

  async load(request: LoadRequest, struck: string | null): Promise<Reply<Loaded>> {
    const loaded = await this.#session.ask({ kind: "c", name: "load", ...request }, { long: true });
    if (loaded.kind !== "ok") return loaded;
    if (loaded.value.targets > mostTargets) return { kind: "refused", reason: "too-many-targets" };
    if (loaded.value.inputs < 1) return { kind: "refused", reason: "no-inputs" };
    const targets: TargetSpace[] = [];
    for (let index = 0; index < loaded.value.targets; index++) {
      const target = await this.#targetOf(index, struck);
      if (target.kind !== "ok") return target;
      const { name, words, bits } = target.value;
      // No strike can be placed in what has no words or bits (PROTOCOL.md, target-ok).
      if (words < 1 || bits < 1 || bits > 32) return { kind: "refused", reason: "bad-target" };
      targets.push({ ...target.value, axes: await this.#axesOf(name, words) });
    }
    const { inputs, outputs, format, stateDigest } = loaded.value;
    const outputAxes = await this.#axesOf(outputName, outputs);
    return { kind: "ok", value: { targets, inputs, outputs, outputAxes, format, stateDigest } };
  }

  /** With its self-check only where it is to be struck: a board may have to search for that. An old board is asked for all. */
  async #targetOf(index: number, struck: string | null): Promise<Reply<Omit<TargetSpace, "axes">>> {
    const space = await this.#session.ask({ kind: "c", name: "space", index });
    if (space.kind === "ok" && space.value.target !== struck) {
      const { target: name, words, bits } = space.value;
      return { kind: "ok", value: { name, words, bits, selfCheck: null } };
    }
    if (space.kind !== "ok" && !(space.kind === "refused" && space.reason === "unknown-command"))
      return space;
    const target = await this.#session.ask({ kind: "c", name: "target", index });
    if (target.kind !== "ok") return target;
    const { target: name, words, bits, word, mask, iteration, cycle } = target.value;
    return { kind: "ok", value: { name, words, bits, selfCheck: { word, mask, iteration, cycle } } };
  }

  /** Five come in an answer; a board that knows no other question has no more. */
  async #moreWorkloads(
    first: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Reply<readonly string[]>> {
    const names = [...first];
    for (let came = first; came.length === workloadsInALine && names.length < mostWorkloads;) {
      const more = await this.#session.ask(
        { kind: "c", name: "workloads-from", index: names.length },
        { signal },
      );
      if (more.kind === "refused" && more.reason === "unknown-command") break;
      if (more.kind !== "ok") return more;
      came = more.value.workloads;
      // One that tells the same ones over and over would never end.
      if (came.some((name) => names.includes(name))) break;
      names.push(...came);
    }
    return { kind: "ok", value: names };
  }

  /** As the board lays it out where that is a layout of so many words, never believed unchecked; else a plain row of them. */
  async #axesOf(of: string, words: number): Promise<readonly Axis[]> {
    const shape = await this.#session.ask({ kind: "c", name: "shape", of });
    const told = shape.kind === "ok" && axesFit(shape.value.axes, words) ? shape.value.axes : null;
    return told ?? plainAxes(words);
  }

  async makeGolden(times: number): Promise<Reply<Golden>> {
    const reply = await this.#session.ask({ kind: "c", name: "golden", times }, { long: true });
    if (reply.kind !== "ok") return reply;
    const { digest, cycles, budget } = reply.value;
    return { kind: "ok", value: { digest, cycles, budget } };
  }

  async checkGolden(): Promise<Reply<{ readonly digest: string; readonly match: boolean }>> {
    const reply = await this.#session.ask({ kind: "c", name: "check" }, { long: true });
    if (reply.kind !== "ok") return reply;
    return { kind: "ok", value: { digest: reply.value.digest, match: reply.value.match } };
  }

  async arm(strike: Strike): Promise<Reply<null>> {
    if (isPlainFlip(strike)) return done(await this.#session.ask({ kind: "c", name: "strike", ...strike }));
    return done(await this.#session.ask({ kind: "c", name: "fault", ...strike }));
  }

  async run(first: number, iterations: number, strikes: number): Promise<Reply<null>> {
    return done(await this.#session.ask({ kind: "c", name: "run", first, iterations, strikes }));
  }

  async runToError(first: number): Promise<Reply<null>> {
    return done(await this.#session.ask({ kind: "c", name: "run-to-error", first, iterations: 0 }));
  }

  async stop(): Promise<Reply<null>> {
    return done(await this.#session.ask({ kind: "c", name: "stop" }));
  }

  async refresh(what: "full" | "weights" | "inputs"): Promise<Reply<{ readonly stateDigest: string }>> {
    const reply = await this.#session.ask({ kind: "c", name: "refresh", what }, { long: true });
    return reply.kind === "ok" ? { kind: "ok", value: { stateDigest: reply.value.stateDigest } } : reply;
  }

  async readBack(): Promise<Reply<ReadBack>> {
    const reply = await this.#session.ask({ kind: "c", name: "clock" });
    if (reply.kind !== "ok") return reply;
    const { clockKHz, powerMilliW, throttle } = reply.value;
    return { kind: "ok", value: { clockKHz, powerMilliW, throttle } };
  }

  /** A board that is a process of this host and does not obey is ended, and started anew. */
  async reset(): Promise<Reply<null>> {
    const reply = done(await this.#session.ask({ kind: "c", name: "reset" }));
    if (reply.kind === "silence") this.#session.restartDevice();
    return reply;
  }

  acknowledge(bootId: number, event: number): Promise<void> {
    this.#session.acknowledge(bootId, event);
    return Promise.resolve();
  }

  nextEvent(deadlineMs: number, signal?: AbortSignal): Promise<DutEvent | Silence> {
    return this.#session.nextEvent(deadlineMs, signal);
  }

  linkTotals(): LinkTotals {
    return this.#session.linkTotals();
  }
}
