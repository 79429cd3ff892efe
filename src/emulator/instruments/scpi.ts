import type { EmulatedInstrument, InstrumentCircumstances } from "./emulated.ts";
import { FedChannel } from "./fed-channel.ts";
import { ScpiChannel } from "./scpi-channel.ts";
import type { ScpiSettingsKept } from "./scpi-channel.ts";
import { obeyScpi, scpiCommand } from "./scpi-commands.ts";
import type { ScpiCommand, ScpiError } from "./scpi-commands.ts";
import { keysightCommands } from "./scpi-keysight.ts";
import { scpiModel, scpiQuirks } from "./scpi-quirks.ts";
import type { ScpiModel, ScpiQuirks } from "./scpi-quirks.ts";
import { rigolCommands } from "./scpi-rigol.ts";

/**
 * A supply that speaks SCPI in lines: a Rigol DP800 or a Keysight E36xx. What is wrong stands in its error queue until somebody asks; its
 * outputs stay as they are when the host falls silent.
 *
 *   bytes ─→ [ a line ] ─→ common commands, maker's commands ─→ channels ─→ world          query ─→ a line; error ─→ queue
 */
export const emulatedScpi: EmulatedInstrument = {
  protocol: "scpi",
  schema: scpiQuirks,
  live: async (uart, its) => {
    const quirks = scpiQuirks.parse(its.quirks);
    const commands = commandsOf(its, quirks);
    const errors = errorsOf(its);
    let line = "";
    for await (const chunk of uart.chunks) {
      line += Buffer.from(chunk.subarray(-4096)).toString("latin1");
      for (let end = line.search(/[\r\n]/); end >= 0; end = line.search(/[\r\n]/)) {
        const outcome = obeyScpi(commands, line.slice(0, end));
        line = line.slice(end + 1);
        if (outcome === null) continue;
        if (typeof outcome !== "string") {
          if (errors.length < longestQueue) errors.push(outcome);
        } else if (its.random.nextFloat() >= quirks.mute) {
          await its.clock.sleep(quirks.replyMs);
          await uart.write(Buffer.from(outcome + (quirks.crlf ? "\r\n" : "\n"), "latin1"));
        }
      }
      line = line.slice(-longestLine);
    }
  },
};

const longestLine = 512;
const longestQueue = 20;

const usual = {
  "rigol-dp800": {
    identity: "RIGOL TECHNOLOGIES,DP832",
    firmware: "00.01.16",
    channels: 3,
    mostMilliV: 32_000,
    mostMilliA: 3_200,
    signed: false,
  },
  "keysight-e36xx": {
    identity: "HEWLETT-PACKARD,E3632A",
    firmware: "1.1-5.0-1.0",
    channels: 1,
    mostMilliV: 30_000,
    mostMilliA: 7_000,
    signed: true,
  },
} as const;

function errorsOf({ memory }: InstrumentCircumstances): ScpiError[] {
  const errors = (memory.get("errors") as ScpiError[] | undefined) ?? [];
  memory.set("errors", errors);
  return errors;
}

function commandsOf(its: InstrumentCircumstances, quirks: ScpiQuirks): readonly ScpiCommand[] {
  const model = scpiModel.parse(its.settings);
  const kind = usual[model.dialect];
  const channels = channelsOf(its, quirks, model);
  const range = {
    mostMilliV: model.mostMilliV ?? kind.mostMilliV,
    mostMilliA: model.mostMilliA ?? kind.mostMilliA,
  };
  const errors = errorsOf(its);
  const sign = (quirks.signedErrors ?? kind.signed) ? "+" : "";
  const identity = quirks.identity ?? `${kind.identity},${its.serial},${kind.firmware}`;
  const common = [
    scpiCommand("*IDN?", () => identity),
    scpiCommand("*OPC?", () => "1"),
    scpiCommand("*ESR?", () => `${sign}0`),
    scpiCommand("*CLS", () => ((errors.length = 0), null)),
    // Outputs off, nothing armed. Levels stay as they are: what they become differs from model to model.
    scpiCommand("*RST", () => {
      for (const channel of channels) {
        channel.turn(false);
        channel.change({ ocp: false, ovp: false });
      }
      return null;
    }),
    scpiCommand("SYSTem:ERRor?", () => {
      const error = errors.shift();
      return error === undefined ? `${sign}0,"No error"` : `${error.code},"${error.words}"`;
    }),
  ];
  const own = model.dialect === "rigol-dp800" ? rigolCommands : keysightCommands;
  return [...common, ...own(channels, range, quirks)];
}

/** Settings live as long as the mains does, whatever is done to the cable. */
function channelsOf(its: InstrumentCircumstances, quirks: ScpiQuirks, model: ScpiModel): ScpiChannel[] {
  const kept = its.memory.get("channels") as ScpiSettingsKept[] | undefined;
  const { channels: count, mostMilliA } = usual[model.dialect];
  const feds = Array.from(
    { length: model.channels ?? count },
    (_, index) => new FedChannel(its.world, its.serves, index + 1),
  );
  const limit = model.mostMilliA ?? mostMilliA;
  const settings = kept ?? feds.map((fed) => asFound(fed.state().milliV, limit, quirks));
  its.memory.set("channels", settings);
  const channels = feds.map((fed, index) => new ScpiChannel(fed, settings[index]!, quirks));
  if (kept === undefined)
    for (const channel of channels) {
      channel.change({});
      channel.turn(quirks.output);
    }
  return channels;
}

function asFound(milliV: number, limit: number, { output }: ScpiQuirks): ScpiSettingsKept {
  return {
    milliV: milliV > 0 ? milliV : 5_000,
    milliA: limit,
    on: output,
    ocp: false,
    ocpMilliA: limit,
    ovp: false,
    ovpMilliV: 33_000,
    cleared: false,
  };
}
