import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { Rec, RunState } from "../domain/records.ts";
import type { Mailbox } from "./mailbox.ts";
import { goal, mayGo } from "./run-state.ts";

/** What the lanes of a campaign share: whether to go on, wait or stop. Only the command lane changes it. */
export interface Conductor {
  state(): RunState;
  stopping(): boolean;
  /** Counts a lane as working until disposed. */
  join(): Disposable;
  /** Milliseconds waited; 0 at once when not paused. */
  waitWhilePaused(): Promise<number>;
  /** The lane that takes commands, obeys or refuses them and says so in records; ends when the mailbox closes. */
  commands(mailbox: Mailbox): AsyncGenerator<Rec, void>;
}

/** Once `signal` aborts nobody is kept waiting. */
export function createConductor(clock: Clock, signal: AbortSignal): Conductor {
  let state: RunState = "idle";
  let resumed: Promise<void> | null = null;
  let release: () => void = () => undefined;
  let working = 0;
  let waiting = 0;
  /** Once every lane waits, only heartbeats move a virtual clock: hold it, or a pause of seconds lasts days. */
  let still: Disposable | null = null;

  const letGo = (): void => {
    still?.[Symbol.dispose]();
    still = null;
    resumed = null;
    release();
  };
  signal.addEventListener("abort", letGo, { once: true });

  function* go(to: RunState): Generator<Rec> {
    const from = state;
    state = to;
    yield { type: "state", tNs: clock.nowNs(), from, to };
    if (to === "paused" && !signal.aborted) resumed = new Promise((done) => (release = done));
    else letGo();
  }

  return {
    state: () => state,
    stopping: () => state === "stopping" || state === "done",
    join() {
      working++;
      return {
        [Symbol.dispose]: () => {
          working--;
        },
      };
    },
    async waitWhilePaused() {
      const from = clock.nowNs();
      while (resumed !== null) {
        if (++waiting === working) still ??= clock.hold();
        await resumed;
        waiting--;
      }
      return (clock.nowNs() - from) / nsPerMs;
    },
    async *commands(mailbox) {
      yield* go("armed");
      yield* go("running");
      for (;;) {
        const command = await mailbox.take();
        if (command === null) break;
        const to = goal(command.verb);
        const obeyed = mayGo(state, to);
        const detail = obeyed ? "" : `refused: ${command.verb} leads to ${to}, which cannot follow ${state}`;
        yield { type: "command", tNs: clock.nowNs(), command, obeyed, detail };
        if (obeyed) yield* go(to);
      }
      if (!this.stopping()) yield* go("stopping");
      yield* go("done");
    },
  };
}
