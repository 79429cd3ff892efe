import { nsPerMs, nsPerSecond } from "../../domain/clock.ts";
import { RigError } from "../../domain/errors.ts";
import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";
import { geometryOf } from "./sem-geometry.ts";
import { semController } from "./sem-controller.ts";
import { semQuirks } from "./sem-quirks.ts";
import type { SemQuirks } from "./sem-quirks.ts";
import { scanOf } from "./sem-scan.ts";
import { semUart } from "./sem-uart.ts";
import { unscannedOf } from "./sem-unscanned.ts";

/**
 * The SEM controller of one emulated FPGA, 7-series, UltraScale or UltraScale+ as the board's configuration memory says.
 *
 *   host ⇄ uart ⇄ controller ─flip, repair→ configuration memory of the board ─onChange→ scan ─found→ controller
 */

export const emulatedSem: EmulatedInstrument = {
  protocol: "sem",
  schema: semQuirks,
  live: async (port, its) => {
    const quirks = its.quirks as SemQuirks;
    const board = its.serves.find(({ role }) => role === "injector")?.station;
    if (board === undefined)
      throw new RigError(
        "config",
        `'${its.name}' is a SEM controller, and no station names it as its injector: name it there, or take it out`,
      );
    const { world, clock, random } = its;
    const memory = world.configuration(board);
    const { family, frames } = memory.shape;
    const bell = doorbell();
    const baud = quirks.baud ?? baudOf(its);
    const uart = semUart(port, { ...quirks, baud }, clock, random, bell.ring);
    const scan = scanOf(memory, quirks.scanMs, { family, ...quirks }, clock, random, bell.ring);
    const unsubscribe = world.onLaw(board, () => bell.ring());
    const end = new AbortController();
    const unscanned = unscannedOf(quirks);
    const halts = quirks.haltsAtSeconds === undefined ? [] : [quirks.haltsAtSeconds * nsPerSecond];
    const ringAt = async (atNs: number): Promise<void> => {
      await clock.sleep((atNs - clock.nowNs()) / nsPerMs, end.signal);
      bell.ring();
    };
    const background = [
      randomUpsets(its, board, quirks.seusPerSecond, end.signal),
      ...[...halts, ...unscanned.map(({ atNs }) => atNs)].map(ringAt),
    ];
    await semController({
      uart,
      scan,
      unscanned,
      memory,
      geometry: geometryOf(family, frames, quirks.slrs),
      quirks,
      clock,
      powered: () => world.law(board).powered,
      rang: bell.rang,
    });
    end.abort();
    scan.close();
    unsubscribe();
    await Promise.all(background);
  },
};

/** The rig file's; a link without one of its own is as fast as most are set up. */
function baudOf({ settings }: InstrumentCircumstances): number {
  const link = settings["link"] as { readonly serial?: { readonly baud?: number } } | undefined;
  return link?.serial?.baud ?? 115_200;
}

async function randomUpsets(
  { world, clock, random }: InstrumentCircumstances,
  board: string,
  perSecond: number,
  signal: AbortSignal,
): Promise<void> {
  if (perSecond === 0) return;
  const memory = world.configuration(board);
  const { frames, wordsPerFrame } = memory.shape;
  for (;;) {
    await clock.sleep((-Math.log1p(-random.nextFloat()) / perSecond) * 1_000, signal);
    if (signal.aborted) return;
    const at = {
      frame: random.nextBelow(frames),
      word: random.nextBelow(wordsPerFrame),
      bit: random.nextBelow(32),
    };
    if (world.law(board).powered) memory.flip(at, "particle");
  }
}

interface Doorbell {
  readonly ring: () => void;
  /** Resolves at the next ring, at once where it rang since it was asked last. */
  readonly rang: () => Promise<void>;
}

function doorbell(): Doorbell {
  let rung = false;
  let answer: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      answer?.();
      answer = null;
    },
    rang: async () => {
      if (!rung) await new Promise<void>((resolve) => (answer = resolve));
      rung = false;
    },
  };
}
