import { nsPerMs } from "../../domain/clock.ts";
import type { Port } from "../../domain/link.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";
import { FedChannel } from "./fed-channel.ts";
import { koradCommands } from "./korad-commands.ts";
import { koradQuirks } from "./korad-quirks.ts";
import type { KoradQuirks, KoradState } from "./korad-quirks.ts";

/**
 * A Korad KA3005P and its kin. It ends nothing and acknowledges nothing, is deaf for a while after each setting, and holds its output
 * when the host falls silent.
 *
 *   bytes ─→ [ buffer ] ─first whole command→ settings ─→ world          query ─→ five characters, one raw byte, or the identity
 *
 * Facts: libsigrok (korad-kaxxxxp), its pull requests 219, 269 and 307, the sigrok wiki. Recalled: the trip delay, that a trip
 * lasts until protection is switched off, bit 5 after a trip, RCL and the output.
 */
/** A command that began so long ago and has not ended never does. */
const staleMs = 100;
const longestCommand = 32;

export const emulatedKorad: EmulatedInstrument = {
  protocol: "korad",
  schema: koradQuirks,
  live: async (uart, its) => {
    const quirks = koradQuirks.parse(its.quirks);
    const channel = new FedChannel(its.world, its.serves, 1);
    const commands = koradCommands(quirks, stateOf(its, quirks, channel), channel, its.random);
    await hear(uart, its, quirks, commands);
  },
};

/** Settings live as long as the mains does, whatever is done to the cable. */
function stateOf(its: InstrumentCircumstances, quirks: KoradQuirks, channel: FedChannel): KoradState {
  const kept = its.memory.get("state") as KoradState | undefined;
  if (kept !== undefined) return kept;
  const { milliV } = channel.state();
  const state: KoradState = {
    milliV: milliV > 0 ? milliV : 5_000,
    milliA: quirks.mostMilliA,
    ocp: false,
    ovp: false,
    beep: false,
    tripCleared: false,
    saved: new Map(),
  };
  its.memory.set("state", state);
  channel.feed({ output: quirks.output, milliV: state.milliV, limitMilliA: state.milliA, trip: null });
  return state;
}

async function hear(
  uart: Port,
  { clock, random }: InstrumentCircumstances,
  quirks: KoradQuirks,
  commands: ReturnType<typeof koradCommands>,
): Promise<void> {
  let buffer = "";
  let lastNs = 0;
  let deafUntilNs = 0;
  for await (const chunk of uart.chunks) {
    const nowNs = clock.nowNs();
    if (nowNs < deafUntilNs) continue;
    if (!quirks.newline && nowNs - lastNs > staleMs * nsPerMs) buffer = "";
    lastNs = nowNs;
    buffer += Buffer.from(chunk.subarray(-4096)).toString("latin1");
    for (;;) {
      const taken = commands.take(buffer);
      buffer = taken.rest;
      if (taken.command === null) break;
      const answer = commands.obey(taken.command);
      if (answer === "set") {
        deafUntilNs = clock.nowNs() + quirks.deafMs * nsPerMs;
        // What came in the same breath is lost as well.
        if (quirks.deafMs > 0) buffer = "";
      } else if (answer !== null && random.nextFloat() >= quirks.mute) {
        await clock.sleep(quirks.replyMs);
        await uart.write(answer);
      }
    }
    buffer = buffer.slice(-longestCommand);
  }
}
