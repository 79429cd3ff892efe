import type { Reply } from "../domain/reply.ts";
import type { ScpiDialect, ScpiRange } from "./scpi-dialect.ts";
import { inAmperes, inVolts } from "./scpi-dialect.ts";
import type { ScpiLine } from "./scpi-line.ts";
import { scpiMilli, scpiNumber } from "./scpi-replies.ts";

export const keysightMakers = /KEYSIGHT|AGILENT|HEWLETT/i;

/**
 * Keysight, Agilent and HP E36xx: remote first, then the channel is selected and all that follows means it. E3632A, E3633A and
 * E3634A have an over-current trip; clearing it may turn the output on again, so it is cleared with the output switched off.
 */
export function keysightDialect(
  range: ScpiRange,
  channels: number,
  asksMode: boolean,
  hasTrip: boolean,
): ScpiDialect {
  const pair = async (
    line: ScpiLine,
    volts: string,
    amperes: string,
  ): ReturnType<ScpiDialect["measured"]> => {
    const milliV = await line.askFor(volts, (text) => scpiMilli(text, range.mostMilliV));
    if (milliV.kind !== "ok") return milliV;
    const milliA = await line.askFor(amperes, (text) => scpiMilli(text, range.mostMilliA));
    if (milliA.kind !== "ok") return milliA;
    return { kind: "ok", value: { milliV: milliV.value, milliA: milliA.value } };
  };
  return {
    remote: ["SYST:REM"],
    makers: keysightMakers,
    select: (channel) => (channels > 1 ? { command: `INST:NSEL ${channel}`, query: "INST:NSEL?" } : null),
    apply: (_, milliV, milliA) => [`VOLT ${inVolts(milliV)}`, `CURR ${inAmperes(milliA)}`],
    applied: (line) => pair(line, "VOLT?", "CURR?"),
    output: (_, on) => `OUTP ${on ? "ON" : "OFF"}`,
    askOutput: () => "OUTP?",
    measured: (line) => pair(line, "MEAS:VOLT?", "MEAS:CURR?"),
    regulating: (line) => (asksMode ? questionable(line) : Promise.resolve({ kind: "ok", value: null })),
    trip: hasTrip
      ? {
          set: (_, milliA) => [`CURR:PROT ${inAmperes(milliA)}`, "CURR:PROT:STAT ON"],
          askLevel: () => "CURR:PROT?",
          askArmed: () => "CURR:PROT:STAT?",
          askTripped: () => "CURR:PROT:TRIP?",
          clear: () => "CURR:PROT:CLE",
        }
      : null,
  };
}

/** Bit 0: it does not hold its voltage, so it holds its current; bit 1 the other way round. Both or none: it holds neither. */
async function questionable(line: ScpiLine): Promise<Reply<"voltage" | "current" | null>> {
  const reply = await line.askFor("STAT:QUES:COND?", (text) => {
    const value = scpiNumber(text);
    return value !== null && Number.isInteger(value) && value >= 0 && value < 65_536 ? value : null;
  });
  if (reply.kind !== "ok") return reply;
  const bits = reply.value & 3;
  return { kind: "ok", value: bits === 1 ? "current" : bits === 2 ? "voltage" : null };
}
