import type { Amounts, ScpiDialect, ScpiRange } from "./scpi-dialect.ts";
import { inAmperes, inVolts } from "./scpi-dialect.ts";
import type { ScpiLine } from "./scpi-line.ts";
import { scpiMilli } from "./scpi-replies.ts";

export const rigolMakers = /RIGOL/i;

/**
 * Rigol DP800: the channel is an argument, over-current protection has a threshold of its own (DP800 programming guide, 2-35, 2-56).
 * A trip is cleared with `:OUTP:OCP:CLE` and never with `[:SOUR]:CURR:PROT:CLE`, which turns the output on as well (DP2000 guide, p. 48).
 */
export function rigolDialect(range: ScpiRange, asksMode: boolean, hasTrip: boolean): ScpiDialect {
  const amounts = (volts: string | undefined, amperes: string | undefined): Amounts | null => {
    const milliV = scpiMilli(volts ?? "", range.mostMilliV);
    const milliA = scpiMilli(amperes ?? "", range.mostMilliA);
    return milliV === null || milliA === null ? null : { milliV, milliA };
  };
  return {
    remote: [],
    makers: rigolMakers,
    select: () => null,
    apply: (channel, milliV, milliA) => [`:APPL CH${channel},${inVolts(milliV)},${inAmperes(milliA)}`],
    // `CH1:30V/3A,5.000,1.0000` (DP800) or `5.00,1.00` (DP700).
    applied: (line: ScpiLine, channel) =>
      line.askFor(`:APPL? CH${channel}`, (text) => {
        const parts = text.split(",");
        if (parts.length === 2) return amounts(parts[0], parts[1]);
        const ofChannel = new RegExp(`^CH${channel}:[\\w./]{2,16}$`).test(parts[0]!);
        return parts.length === 3 && ofChannel ? amounts(parts[1], parts[2]) : null;
      }),
    output: (channel, on) => `:OUTP CH${channel},${on ? "ON" : "OFF"}`,
    askOutput: (channel) => `:OUTP? CH${channel}`,
    measured: (line, channel) =>
      line.askFor(`:MEAS:ALL? CH${channel}`, (text) => {
        const parts = text.split(",");
        return parts.length === 3 &&
          scpiMilli(parts[2]!, (range.mostMilliV * range.mostMilliA) / 1000) !== null
          ? amounts(parts[0], parts[1])
          : null;
      }),
    regulating: async (line, channel) => {
      if (!asksMode) return { kind: "ok", value: null };
      const reply = await line.askFor(`:OUTP:MODE? CH${channel}`, (text) =>
        /^(?:CV|CC|UR)$/.test(text) ? text : null,
      );
      if (reply.kind !== "ok") return reply;
      return {
        kind: "ok",
        value: reply.value === "CV" ? "voltage" : reply.value === "CC" ? "current" : null,
      };
    },
    trip: hasTrip
      ? {
          set: (channel, milliA) => [
            `:OUTP:OCP:VAL CH${channel},${inAmperes(milliA)}`,
            `:OUTP:OCP CH${channel},ON`,
          ],
          askLevel: (channel) => `:OUTP:OCP:VAL? CH${channel}`,
          askArmed: (channel) => `:OUTP:OCP? CH${channel}`,
          askTripped: (channel) => `:OUTP:OCP:QUES? CH${channel}`,
          clear: (channel) => `:OUTP:OCP:CLE CH${channel}`,
        }
      : null,
  };
}
