import { findGuard } from "../control/guard-client.ts";
import type { GuardLink } from "../control/guard-client.ts";
import type { Cut, ToldFault } from "../control/guard-wire.ts";
import { guardedBench } from "../control/guarded-bench.ts";
import { rigPlace } from "../control/runtime-place.ts";
import type { Clock } from "../domain/clock.ts";
import { RigError } from "../domain/errors.ts";
import type { GuardedBench } from "../domain/guarded.ts";
import { silence } from "../domain/reply.ts";
import { FaultQueue } from "../rig/fault-queue.ts";
import { inMemory } from "./assemble.ts";
import type { ReadRig } from "./files.ts";
import { shortPath } from "./short-path.ts";
import { userName } from "./user-name.ts";

/**
 * A run under a guard: in command of what the guard holds, and heard by it once a second.
 *
 *   run ─beat, dies' temperatures→ guard          guard gone: its devices are unplugged, looked for once a second, back
 */
export interface RunGuard {
  /** null: nobody guards this rig. */
  readonly bench: GuardedBench | null;
  readonly afterMs: number | null;
  /** For the record and the person. */
  readonly words: string;
  /** The run came to its end: silence is no alarm any more. */
  disarm(): Promise<void>;
  close(): void;
}

export interface RunGuardOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** The latest die temperature of each board. */
  readonly diesC: () => Readonly<Record<string, number>>;
  /** The guard has cut the rails: this run has lost command. */
  readonly cut: (cut: Cut) => void;
}

const beatMs = 1_000;
const lookAgainMs = 1_000;

/** Takes command where a guard is alive; null on a bench that needs none. RigError where the guard cannot serve this run. */
export async function joinGuard(read: ReadRig, options: RunGuardOptions): Promise<RunGuard | null> {
  const { rig } = read;
  const guarded = Object.values(rig.stations).some(({ supply }) => supply !== undefined);
  if (inMemory(rig) || !guarded) return null;
  const joined = await GuardOfRun.join(read, options);
  return (
    joined ?? {
      bench: null,
      afterMs: null,
      words: `no guard: if this process dies nothing cuts the rails (radrig guard ${shortPath(read.file.path)})`,
      disarm: () => Promise.resolve(),
      close: () => undefined,
    }
  );
}

class GuardOfRun implements RunGuard {
  readonly bench: GuardedBench;
  readonly afterMs: number;
  readonly words: string;
  readonly #its: RunGuardOptions;
  readonly #read: ReadRig;
  readonly #faults = new FaultQueue();
  readonly #beats: NodeJS.Timeout;
  readonly #over = new AbortController();
  #link: GuardLink | null;
  #heardNs: number;

  static async join(read: ReadRig, options: RunGuardOptions): Promise<RunGuard | null> {
    const listener = {
      fault: (fault: ToldFault): void => guard?.take(fault),
      cut: (cut: Cut): void => options.cut(cut),
    };
    let guard: GuardOfRun | null = null;
    const link = await commanded(read, options, listener);
    if (link === null) return null;
    guard = new GuardOfRun(read, options, link);
    return guard;
  }

  constructor(read: ReadRig, options: RunGuardOptions, link: GuardLink) {
    this.#read = read;
    this.#its = options;
    this.#link = link;
    this.#heardNs = options.clock.nowNs();
    this.afterMs = link.info.afterMs;
    this.words = `guarded by process ${link.info.pid}: it cuts the rails when this run is silent for ${this.afterMs / 1000} s`;
    this.bench = guardedBench(
      link.info,
      (ask, withinMs) => this.#link?.ask(ask, withinMs) ?? Promise.resolve(silence(0)),
      this.#faults,
    );
    this.#beats = setInterval(() => this.#beat(), Math.min(beatMs, this.afterMs / 4));
    this.#beats.unref();
    void this.#keep(link);
  }

  async disarm(): Promise<void> {
    clearInterval(this.#beats);
    await this.#link?.ask({ ask: "disarm" }, 2_000);
  }

  close(): void {
    clearInterval(this.#beats);
    this.#over.abort();
    this.#faults.end();
    this.#link?.close();
  }

  take({ device, stations, what, detail }: ToldFault): void {
    this.#faults.push({ device, stations, what, detail, sinceNs: this.#its.clock.nowNs() });
  }

  #beat(): void {
    const link = this.#link;
    if (link === null) return;
    void link.ask({ ask: "beat", diesC: this.#its.diesC() }, 5_000).then((reply) => {
      if (reply.kind === "ok") this.#heardNs = this.#its.clock.nowNs();
    });
  }

  /** Holds on to a guard, whichever process it is. */
  async #keep(first: GuardLink): Promise<void> {
    for (let link: GuardLink | null = first; link !== null;) {
      await link.ended;
      this.#link = null;
      if (this.#over.signal.aborted) return;
      this.#tellAll("unplugged", `the guard (process ${link.info.pid}) is gone: the rails stay as they are`);
      link = await this.#again();
      this.#link = link;
      if (link !== null) this.#tellAll("back", `guarded again, by process ${link.info.pid}`);
    }
  }

  async #again(): Promise<GuardLink | null> {
    const { signal } = this.#over;
    const listener = { fault: (fault: ToldFault) => this.take(fault), cut: this.#its.cut };
    while (!signal.aborted) {
      await this.#its.clock.sleep(lookAgainMs, signal);
      try {
        const link = await commanded(this.#read, this.#its, listener);
        if (link !== null) return link;
      } catch (error) {
        if (!(error instanceof RigError)) throw error;
        // Another run's, or of another rig file: as good as none.
      }
    }
    return null;
  }

  #tellAll(what: "unplugged" | "back", detail: string): void {
    const { stations } = this.#read.rig;
    for (const device of this.bench.devices)
      this.#faults.push({
        device,
        stations: Object.keys(stations).filter((name) => this.bench.stations.has(name)),
        what,
        detail,
        sinceNs: what === "back" ? this.#its.clock.nowNs() : this.#heardNs,
      });
  }
}

/** A guard of this rig file that has given this run command; null where none is alive. */
async function commanded(
  read: ReadRig,
  { folder }: RunGuardOptions,
  listener: { readonly fault: (fault: ToldFault) => void; readonly cut: (cut: Cut) => void },
): Promise<GuardLink | null> {
  const { guard } = rigPlace(read.file.path, process.env);
  const hello = { role: "run", by: userName(), pid: process.pid, record: folder } as const;
  const link = await findGuard(guard, hello, listener);
  if (link === null) return null;
  if (link.info.rigSha256 !== read.sha256) {
    link.close();
    throw new RigError(
      "environment",
      `the guard of process ${link.info.pid} holds ${read.file.name} as it was before it was changed: end that guard, and start it again`,
    );
  }
  const reply = await link.ask({ ask: "arm" }, 5_000);
  if (reply.kind === "ok") return link;
  link.close();
  throw new RigError(
    "environment",
    `the guard of process ${link.info.pid} does not give command: ${reply.kind === "refused" ? reply.reason : "no answer"}`,
  );
}
