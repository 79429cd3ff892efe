import { z } from "zod";
import type { InstrumentIdentity } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { Driver, SupplyInstrument } from "./driver.ts";
import type { ScpiDialect } from "./scpi-dialect.ts";
import { keysightDialect, keysightMakers } from "./scpi-keysight.ts";
import { ScpiLine } from "./scpi-line.ts";
import { ScpiRail } from "./scpi-rail.ts";
import { scpiIdentity } from "./scpi-replies.ts";
import { rigolDialect, rigolMakers } from "./scpi-rigol.ts";

/**
 * Supplies that speak SCPI in lines: Rigol DP800, and Keysight, Agilent and HP E36xx. Nothing acknowledges a setting; the error queue
 * and the read-back do.
 */
const scpiSchema = z.object({
  dialect: z.enum(["rigol-dp800", "keysight-e36xx"]).default("rigol-dp800"),
  channels: z
    .number()
    .int()
    .min(1)
    .max(3)
    .optional()
    .describe("outputs it has; 3 of a Rigol, 1 of a Keysight unless given"),
  mostMilliV: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("what this model can: 32000 (DP832) or 30000 (E3632A) unless given"),
  mostMilliA: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("what this model can: 3200 (DP832) or 7000 (E3632A) unless given"),
  overCurrentTrip: z
    .boolean()
    .default(true)
    .describe("false: this model has none (E3631A, E364xA), and its current limit holds instead"),
  foldBackRatio: z
    .number()
    .min(1.02)
    .max(10)
    .default(1.2)
    .describe("current limit over trip: at the trip or below it the supply would fold back and never trip"),
  modeQuery: z
    .boolean()
    .optional()
    .describe("asks whether it holds voltage or current: yes of a Rigol, no of a Keysight unless given"),
  settleMs: z
    .number()
    .int()
    .min(100)
    .max(30_000)
    .default(3_000)
    .describe("an output is at its voltage, or at nothing, within this"),
  offBelowMilliV: z.number().int().min(10).default(500).describe("a rail below this is off"),
});
type ScpiSettings = z.infer<typeof scpiSchema>;

const knownMakers = [rigolMakers, keysightMakers];

const ofDialect = {
  "rigol-dp800": { channels: 3, mostMilliV: 32_000, mostMilliA: 3_200, modeQuery: true },
  "keysight-e36xx": { channels: 1, mostMilliV: 30_000, mostMilliA: 7_000, modeQuery: false },
} as const;

export const scpiDriver: Driver<"supply"> = {
  protocol: "scpi",
  kind: "supply",
  title: "SCPI supply (Rigol DP800, Keysight E36xx)",
  schema: scpiSchema,
  open: (port, settings, clock) => {
    const given = scpiSchema.parse(settings);
    const usual = ofDialect[given.dialect];
    const its = {
      ...given,
      channels: given.channels ?? usual.channels,
      mostMilliV: given.mostMilliV ?? usual.mostMilliV,
      mostMilliA: given.mostMilliA ?? usual.mostMilliA,
    };
    const asksMode = given.modeQuery ?? usual.modeQuery;
    const dialect =
      its.dialect === "rigol-dp800"
        ? rigolDialect(its, asksMode, its.overCurrentTrip)
        : keysightDialect(its, its.channels, asksMode, its.overCurrentTrip);
    const line = new ScpiLine(port, clock, { baud: settings.baud, answerMs: settings.answerMs });
    const { identify, greet } = greeting(line, dialect, its);
    const rails = Array.from(
      { length: its.channels },
      (_, index) => new ScpiRail(line, dialect, index + 1, its, clock, greet),
    );
    return instrument(rails, identify, lacksOf(its, asksMode));
  },
};

function instrument(
  rails: readonly ScpiRail[],
  identify: () => Promise<Reply<InstrumentIdentity>>,
  lacks: readonly string[],
): SupplyInstrument {
  return {
    kind: "supply",
    lacks,
    identify,
    prove: async () => {
      const words: string[] = [];
      for (const rail of rails) {
        const described = await rail.describe();
        if (described.kind !== "ok") return described;
        words.push(described.value);
      }
      return { kind: "ok", value: words };
    },
    rail: (channel) => {
      const rail = rails[channel - 1];
      if (rail === undefined)
        throw new RangeError(`this supply has channels 1 to ${rails.length}, not ${channel}`);
      return rail;
    },
  };
}

interface Greeting {
  readonly identify: () => Promise<Reply<InstrumentIdentity>>;
  /** Does so unless it was done on this port, and each query since had an answer. */
  readonly greet: () => Promise<Reply<unknown>>;
}

/** Once a port, and again after a silence: remote, who is there, and away with errors that others made. */
function greeting(line: ScpiLine, { remote, makers }: ScpiDialect, { dialect }: ScpiSettings): Greeting {
  let greetedAfter: number | null = null;
  const isGreeted = (): boolean => greetedAfter === line.silences;
  const identify = async (): Promise<Reply<InstrumentIdentity>> => {
    const isKnown = isGreeted();
    if (!isKnown) for (const command of remote) line.tell(command);
    const found = await line.askFor("*IDN?", scpiIdentity);
    if (found.kind !== "ok") return found;
    const { maker, ...identity } = found.value;
    const isOther = knownMakers.some((known) => known.test(maker)) && !makers.test(maker);
    if (isOther)
      return refused(`a ${maker} ${identity.model} answers, which does not speak ${dialect}: mend 'dialect'`);
    if (!isKnown) {
      const errors = await line.drainErrors();
      if (errors.kind !== "ok") return errors;
      greetedAfter = line.silences;
    }
    return { kind: "ok", value: identity };
  };
  return { identify, greet: () => (isGreeted() ? Promise.resolve(done) : identify()) };
}

const done: Reply<null> = { kind: "ok", value: null };

function lacksOf({ dialect, overCurrentTrip }: ScpiSettings, asksMode: boolean): readonly string[] {
  return [
    "no dead-man: the output stays as it is when the host falls silent",
    "no acknowledgement and no checksum: what is set is read back, and the error queue is read",
    ...(overCurrentTrip ? [] : ["no over-current trip: it holds the current at its limit instead"]),
    ...(asksMode ? [] : ["no word for current fold-back"]),
    ...(dialect === "keysight-e36xx"
      ? ["DTR/DSR handshake is not offered: messages are kept short, each followed by a query"]
      : []),
  ];
}
