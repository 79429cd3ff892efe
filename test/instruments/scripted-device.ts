import { virtualClock } from "../../src/cli/clocks.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { nsPerMs } from "../../src/domain/clock.ts";
import { memoryPair } from "../../src/link/memory.ts";
import type { DriverSettings, Instrument } from "../../src/instruments/driver.ts";
import { driverOf } from "./instrument-bench.ts";

/** A device that says what a test has written down for it, word for word; what it was sent is kept with the time it came. */
export interface ScriptedDevice {
  readonly instrument: Instrument;
  readonly clock: Clock;
  readonly sent: readonly { readonly bytes: string; readonly atMs: number }[];
  /** Bytes said unasked. */
  say(latin1: string): Promise<void>;
}

export interface Said {
  readonly latin1: string;
  readonly afterMs: number;
}

/** `answer`: null says nothing. Bytes are latin1, and a whole command is what comes in one chunk. */
export function scriptedDevice(
  protocol: string,
  answer: (command: string) => string | Said | null,
  settings: Readonly<Record<string, unknown>> = {},
): ScriptedDevice {
  const clock = virtualClock();
  const [host, device] = memoryPair(protocol);
  const sent: { bytes: string; atMs: number }[] = [];
  const say = (latin1: string): Promise<void> => device.write(Buffer.from(latin1, "latin1"));
  const live = async (): Promise<void> => {
    for await (const chunk of device.chunks) {
      const command = Buffer.from(chunk).toString("latin1");
      sent.push({ bytes: command, atMs: clock.nowNs() / nsPerMs });
      const said = answer(command);
      if (said === null) continue;
      if (typeof said === "string") await say(said);
      else void clock.sleep(said.afterMs).then(() => say(said.latin1));
    }
  };
  void live();
  const driver = driverOf(protocol);
  const parsed = driver.schema.parse(settings) as Partial<DriverSettings>;
  return {
    instrument: driver.open(host, { answerMs: 1_000, ...parsed, baud: 9_600 }, clock),
    clock,
    sent,
    say,
  };
}
