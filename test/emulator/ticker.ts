import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { Payload } from "../../firmware-protocol/messages.ts";
import type { Agent } from "../../src/emulator/board-life.ts";

/**
 * The simplest program a board can run: its boot event, then a log event every 100 ms; answers `status`, resets on `reset`.
 * Every byte it says is known, so a test can say what a misbehaviour did to it.
 */
export const ticker: Agent = async (link, boot, signal) => {
  const startedNs = boot.clock.nowNs();
  let [seq, event] = [0, 0];
  let cause: "command" | null = null;
  const end = new AbortController();
  const say = (payload: Payload): Promise<void> => {
    const uptimeMs = Math.floor((boot.clock.nowNs() - startedNs) / 1e6);
    return link.write([encode({ seq: ++seq, boot: boot.bootId, uptimeMs }, payload)]);
  };
  const stop = (): void => {
    end.abort();
    void link.close();
  };
  signal.addEventListener("abort", stop, { once: true });
  boot.surroundings.occupy([{ name: "control", words: 8, bits: 32 }]);
  await link.write([""]);
  await say({ kind: "e", name: "boot", event: ++event, boots: boot.boots, cause: boot.cause });
  const listen = async (): Promise<void> => {
    for await (const batch of link.batches) {
      for (const line of batch) {
        const message = decode(line);
        if (message.kind !== "c") continue;
        if (message.name === "stop") await say({ kind: "a", name: "stop-ok", re: message.seq });
        if (message.name !== "reset") continue;
        cause = "command";
        stop();
      }
    }
  };
  const tick = async (): Promise<void> => {
    for (;;) {
      await boot.clock.sleep(100, end.signal);
      if (end.signal.aborted) return;
      await say({ kind: "e", name: "log", event: ++event, level: "info", text: `tick ${event}` });
    }
  };
  await Promise.all([listen(), tick()]);
  return cause;
};
