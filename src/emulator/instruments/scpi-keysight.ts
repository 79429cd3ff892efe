import type { ScpiChannel } from "./scpi-channel.ts";
import { illegalParameter, milliOf, outOfRange, scpiCommand, switched } from "./scpi-commands.ts";
import type { ScpiCommand, ScpiOutcome } from "./scpi-commands.ts";
import type { ScpiQuirks } from "./scpi-quirks.ts";

/** The commands of a Keysight E36xx that a bench uses. Until SYST:REM it takes no setting, and says nothing about that. */
export function keysightCommands(
  channels: readonly ScpiChannel[],
  { mostMilliV, mostMilliA }: { readonly mostMilliV: number; readonly mostMilliA: number },
  quirks: ScpiQuirks,
): readonly ScpiCommand[] {
  let selected = 1;
  let remote = !quirks.needsRemote;
  const here = (): ScpiChannel => channels[selected - 1]!;
  const set = (run: (arg: string | undefined, args: readonly string[]) => ScpiOutcome) => {
    return (args: readonly string[]): ScpiOutcome => (remote ? run(args[0], args) : null);
  };
  const amount = (most: number, take: (milli: number) => void) =>
    set((arg) => {
      const milli = milliOf(arg);
      if (milli === null) return illegalParameter;
      if (milli < 0 || milli > most) return outOfRange;
      take(milli);
      return null;
    });
  const state = (take: (on: boolean) => void) =>
    set((arg) => {
      const on = switched(arg);
      if (on === null) return illegalParameter;
      take(on);
      return null;
    });
  const truth = (is: boolean): string => (is ? "1" : "0");

  return [
    scpiCommand("SYSTem:REMote", () => ((remote = true), null)),
    scpiCommand("SYSTem:LOCal", () => ((remote = false), null)),
    scpiCommand(
      "INSTrument:NSELect",
      set((arg) => {
        if (channels[Number(arg) - 1] === undefined) return outOfRange;
        selected = Number(arg);
        return null;
      }),
    ),
    scpiCommand("INSTrument:NSELect?", () => `+${selected}`),
    scpiCommand(
      "INSTrument[:SELect]",
      set((arg) => {
        const output = Number(/^OUT(?:PUT)?(\d)$/i.exec(arg ?? "")?.[1]);
        if (channels[output - 1] === undefined) return illegalParameter;
        selected = output;
        return null;
      }),
    ),
    scpiCommand("INSTrument[:SELect]?", () => `OUT${selected}`),
    scpiCommand(
      "VOLTage",
      amount(mostMilliV, (milliV) => here().change({ milliV })),
    ),
    scpiCommand("VOLTage?", () => scientific(here().set.milliV)),
    scpiCommand(
      "CURRent",
      amount(mostMilliA, (milliA) => here().change({ milliA })),
    ),
    scpiCommand("CURRent?", () => scientific(here().set.milliA)),
    scpiCommand(
      "APPLy",
      set((_, [volts, amperes]) => {
        const [milliV, milliA] = [milliOf(volts), milliOf(amperes ?? String(here().set.milliA / 1000))];
        if (milliV === null || milliA === null) return illegalParameter;
        if (milliV < 0 || milliV > mostMilliV || milliA < 0 || milliA > mostMilliA) return outOfRange;
        here().change({ milliV, milliA });
        return null;
      }),
    ),
    scpiCommand("APPLy?", () => {
      const { milliV, milliA } = here().set;
      return `"${(milliV / 1000).toFixed(5)},${(milliA / 1000).toFixed(5)}"`;
    }),
    scpiCommand(
      "OUTPut[:STATe]",
      state((on) => here().turn(on)),
    ),
    scpiCommand("OUTPut[:STATe]?", () =>
      truth(quirks.tripKeepsOutputOn && here().tripped ? here().set.on : here().measured().live),
    ),
    scpiCommand("MEASure[:VOLTage]?", () => scientific(here().measured().milliV)),
    scpiCommand("MEASure:CURRent?", () => scientific(here().measured().milliA)),
    scpiCommand(
      "VOLTage:PROTection",
      amount(mostMilliV * 1.1, (ovpMilliV) => here().change({ ovpMilliV })),
    ),
    scpiCommand("VOLTage:PROTection?", () => scientific(here().set.ovpMilliV)),
    scpiCommand(
      "VOLTage:PROTection:STATe",
      state((ovp) => here().change({ ovp })),
    ),
    scpiCommand("VOLTage:PROTection:STATe?", () => truth(here().set.ovp)),
    scpiCommand("VOLTage:PROTection:TRIPped?", () => "0"),
    scpiCommand(
      "VOLTage:PROTection:CLEar",
      set(() => null),
    ),
    scpiCommand(
      "CURRent:PROTection",
      amount(mostMilliA * 1.1, (ocpMilliA) => here().change({ ocpMilliA })),
    ),
    scpiCommand("CURRent:PROTection?", () => scientific(here().set.ocpMilliA)),
    scpiCommand(
      "CURRent:PROTection:STATe",
      state((ocp) => here().change({ ocp })),
    ),
    scpiCommand("CURRent:PROTection:STATe?", () => truth(here().set.ocp)),
    scpiCommand("CURRent:PROTection:TRIPped?", () => truth(here().tripped)),
    scpiCommand(
      "CURRent:PROTection:CLEar",
      set(() => (here().clearTrip(true), null)),
    ),
    scpiCommand("STATus:QUEStionable:CONDition?", () => {
      const { live, folded } = here().measured();
      return live ? (folded ? "+1" : "+2") : "+0";
    }),
  ];
}

/** `+4.99900000E+00`: a sign, eight digits behind the point, two of exponent. */
function scientific(milli: number): string {
  const [mantissa = "0", exponent = "0"] = (milli / 1000).toExponential(8).split("e");
  const power = Number(exponent);
  const sign = power < 0 ? "-" : "+";
  return `${milli < 0 ? "" : "+"}${mantissa}E${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}
