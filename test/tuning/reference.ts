import type { LoadedWorkload, PlacedStrike } from "../../src/board/accelerators/accelerator.ts";
import { randomStream } from "../../src/domain/random.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import type { Device } from "../../src/emulator/device.ts";
import { upsetCells } from "../../src/emulator/cells-upset.ts";
import { partOf } from "../../src/emulator/exposed.ts";
import type { Part } from "../../src/emulator/exposed.ts";

/**
 * What becomes of the events of a device: a reference study on the machine itself, without board, link, clock or campaign. Each execution begins
 * with all state restored, and one event lands in it at a cycle, word and bit drawn evenly.
 *
 *   device ─event of a structure, or of a SEFI→ strikes ─machine→ end, output, counters ─→ what it came to
 *
 * A cross-section follows as Σ σ a bit × bits × share, and its standard error from the counts.
 */
export interface Shares {
  readonly source: string;
  readonly bits: number;
  /** Of the whole source, cm². */
  readonly crossSectionCm2: number;
  readonly events: number;
  readonly sdc: number;
  /** Executions in which HBM told of an error it could not correct. */
  readonly hbmUncorrectable: number;
  readonly hbmCorrected: number;
  /** Ends as a trap. */
  readonly trapped: number;
  /** The board was reset by its own trap handler, or by its watchdog. */
  readonly restarted: number;
}

export function referenceStudy(
  load: () => LoadedWorkload,
  device: Device,
  eventsOfSource: number,
  seed: number,
  isWanted: (target: string) => boolean = () => true,
): readonly Shares[] {
  const loaded = load();
  const golden = goldenOf(loaded);
  const shares: Shares[] = [];
  const study = (
    source: string,
    crossSectionCm2: number,
    bits: number,
    events: number,
    strikesOf: (event: number) => readonly Omit<PlacedStrike, "id" | "cycle">[],
  ): void => {
    const moments = randomStream(seed, source, "moments");
    const counts = { sdc: 0, hbmUncorrectable: 0, hbmCorrected: 0, trapped: 0, restarted: 0 };
    for (let event = 0; event < events; event++) {
      const input = moments.nextBelow(loaded.inputs);
      const cycle = moments.nextBelow(golden[input]!.cycles);
      const end = once(
        loaded,
        input,
        strikesOf(event).map((strike) => ({ id: 1, cycle, ...strike })),
        golden[input]!,
      );
      if (end.sdc) counts.sdc++;
      if (end.uncorrected > 0) counts.hbmUncorrectable++;
      if (end.corrected > 0) counts.hbmCorrected++;
      if (end.how === "trap") counts.trapped++;
      if (end.how === "reset" || end.how === "watchdog") counts.restarted++;
    }
    shares.push({ source, bits, crossSectionCm2, events, ...counts });
  };
  for (const { name, words, bits } of loaded.targets) {
    const model = device.structures[name];
    if (model === undefined || model.crossSectionPerBitCm2 === 0 || !isWanted(name)) continue;
    const whole = model.crossSectionPerBitCm2 * words * bits;
    // Events of one cell and of several are strata: the rare ones are what gets past a code.
    const [one = 0, ...several] = model.multiplicity;
    const weights = several.reduce((sum, weight) => sum + weight, 0);
    const stratum = (label: string, multiplicity: readonly number[], share: number, events: number): void => {
      const places = randomStream(seed, name, label, "places");
      const shapes = randomStream(seed, name, label, "shapes");
      study(`${name}${label}`, share * whole, words * bits, events, () =>
        upsetCells({ ...model, multiplicity, words, bits }, places, shapes).map(({ word, mask }) => ({
          target: name,
          word,
          mask,
        })),
      );
    };
    if (weights === 0) stratum("", [1], 1, eventsOfSource);
    else {
      stratum(", one cell", [1], one / (one + weights), Math.ceil(eventsOfSource / 5));
      stratum(", several", [0, ...several], weights / (one + weights), eventsOfSource);
    }
  }
  device.sefi.forEach((sefi, index) => {
    const target = loaded.targets.find(({ name }) => name === sefi.block);
    const part = target === undefined ? null : partOf(target, sefi);
    if (part === null) return;
    const places = randomStream(seed, sefi.block, "sefi-places", index);
    if (sefi.lasts === "until-power") {
      shares.push(lasting(loaded, golden, sefi, part, index, Math.ceil(eventsOfSource / 5), places));
      return;
    }
    study(
      `sefi ${index}: ${sefi.block}`,
      sefi.crossSectionCm2,
      part.words * part.bits,
      eventsOfSource,
      () => [
        {
          target: sefi.block,
          word: part.firstWord + places.nextBelow(part.words),
          mask: (1 << (part.firstBit + places.nextBelow(part.bits))) >>> 0,
        },
      ],
    );
  });
  return shares;
}

/** One that lasts needs a restart, of the power at last, where the golden output cannot be made with the bit held. */
function lasting(
  loaded: LoadedWorkload,
  golden: readonly Golden[],
  { block, reads, crossSectionCm2 }: Device["sefi"][number],
  part: Part,
  index: number,
  events: number,
  places: RandomStream,
): Shares {
  let restarted = 0;
  for (let event = 0; event < events; event++) {
    const word = part.firstWord + places.nextBelow(part.words);
    const mask = (1 << (part.firstBit + places.nextBelow(part.bits))) >>> 0;
    const value = (reads ?? places.nextBelow(2)) === 1 ? mask : 0;
    loaded.hold?.([{ target: block, word, mask, value }]);
    const ended = golden.map((one, input) => once(loaded, input, [], one));
    if (ended.some(({ how, sdc }) => how !== "ok" || sdc)) restarted++;
  }
  loaded.hold?.([]);
  const counts = { sdc: 0, hbmUncorrectable: 0, hbmCorrected: 0, trapped: 0, restarted };
  return {
    source: `sefi ${index}: ${block}, until power`,
    bits: part.words * part.bits,
    crossSectionCm2,
    events,
    ...counts,
  };
}

export interface Estimated {
  readonly cm2: number;
  /** One standard error of it, from the counts of the study. */
  readonly errorCm2: number;
}

/** Σ σ × share over these sources. */
export function crossSectionOf(
  shares: readonly Shares[],
  what: "sdc" | "hbmUncorrectable" | "hbmCorrected" | "restarted" | "trapped",
): Estimated {
  let cm2 = 0;
  let variance = 0;
  for (const one of shares) {
    const share = one[what] / one.events;
    cm2 += one.crossSectionCm2 * share;
    variance += (one.crossSectionCm2 ** 2 * share * (1 - share)) / one.events;
  }
  return { cm2, errorCm2: Math.sqrt(variance) };
}

/** As a board's watchdog has it. */
const budgetFactor = 10;

interface Golden {
  readonly output: Uint32Array;
  readonly cycles: number;
}

interface Ended {
  readonly how: "ok" | "trap" | "reset" | "watchdog";
  readonly sdc: boolean;
  readonly uncorrected: number;
  readonly corrected: number;
}

function goldenOf(loaded: LoadedWorkload): readonly Golden[] {
  return Array.from({ length: loaded.inputs }, (_, input) => {
    loaded.restore("full");
    const execution = loaded.start(input, []);
    if (execution.advance(Infinity) !== "ok") throw new Error("its golden execution does not end well");
    return { output: execution.output.slice(), cycles: execution.cycles };
  });
}

function once(
  loaded: LoadedWorkload,
  input: number,
  strikes: readonly PlacedStrike[],
  golden: Golden,
): Ended {
  loaded.restore("full");
  loaded.eccSince?.();
  const execution = loaded.start(input, strikes);
  const budget = budgetFactor * golden.cycles;
  const end = execution.advance(budget);
  const counts = (loaded.eccSince?.() ?? []).filter(({ structure }) => structure === "dram");
  const { output } = execution;
  return {
    how: end ?? "watchdog",
    // What a judge calls silent: it ended well, no detector fired, and it is wrong.
    sdc: end === "ok" && execution.detectors === 0 && output.some((word, i) => word !== golden.output[i]),
    uncorrected: counts.reduce((sum, { uncorrected }) => sum + uncorrected, 0),
    corrected: counts.reduce((sum, { corrected }) => sum + corrected, 0),
  };
}
