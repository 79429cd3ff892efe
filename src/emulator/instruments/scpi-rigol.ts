import type { ScpiChannel } from "./scpi-channel.ts";
import { illegalParameter, milliOf, outOfRange, scpiCommand, switched } from "./scpi-commands.ts";
import type { ScpiCommand, ScpiOutcome } from "./scpi-commands.ts";
import type { ScpiQuirks } from "./scpi-quirks.ts";

/** The commands of a Rigol DP800 that a bench uses, and the one of its bigger brother that turns an output on in the middle of a recovery. */
export function rigolCommands(
  channels: readonly ScpiChannel[],
  { mostMilliV, mostMilliA }: { readonly mostMilliV: number; readonly mostMilliA: number },
  quirks: ScpiQuirks,
): readonly ScpiCommand[] {
  let selected = 1;
  const of = (run: (channel: ScpiChannel, args: readonly string[], number: number) => ScpiOutcome) => {
    return (args: readonly string[]): ScpiOutcome => {
      const named = /^CH(\d)$/i.exec(args[0] ?? "");
      const number = named === null ? selected : Number(named[1]);
      const channel = channels[number - 1];
      return channel === undefined
        ? illegalParameter
        : run(channel, named === null ? args : args.slice(1), number);
    };
  };
  const words = (on: boolean): string =>
    quirks.switches === "ON-OFF" ? (on ? "ON" : "OFF") : on ? "1" : "0";
  const alarm = (is: boolean): string => (quirks.alarms === "YES-NO" ? (is ? "YES" : "NO") : is ? "1" : "0");
  const number = (milli: number, digits = quirks.measureDigits): string => (milli / 1000).toFixed(digits);
  const within = (milli: number | null, most: number): ScpiOutcome | undefined =>
    milli === null ? illegalParameter : milli < 0 || milli > most ? outOfRange : undefined;

  return [
    scpiCommand(
      "APPLy",
      of((channel, [volts, amperes]) => {
        const [milliV, milliA] = [
          milliOf(volts),
          amperes === undefined ? channel.set.milliA : milliOf(amperes),
        ];
        const wrong = within(milliV, mostMilliV) ?? within(milliA, mostMilliA);
        if (wrong !== undefined) return wrong;
        channel.change({ milliV: milliV!, milliA: milliA! });
        return null;
      }),
    ),
    scpiCommand(
      "APPLy?",
      of(({ set }, _, n) => {
        const rating = `${Math.floor(mostMilliV / 1000)}V/${Math.floor(mostMilliA / 1000)}A`;
        return `CH${n}:${rating},${number(set.milliV, 3)},${number(set.milliA, 4)}`;
      }),
    ),
    scpiCommand(
      "INSTrument[:SELEct]",
      of((_channel, _args, n) => ((selected = n), null)),
    ),
    scpiCommand("INSTrument:NSELect", (args) => {
      const n = Number(args[0]);
      if (channels[n - 1] === undefined) return illegalParameter;
      selected = n;
      return null;
    }),
    scpiCommand("INSTrument:NSELect?", () => String(selected)),
    scpiCommand(
      "OUTPut[:STATe]",
      of((channel, [arg]) => {
        const on = switched(arg);
        if (on === null) return illegalParameter;
        channel.turn(on);
        return null;
      }),
    ),
    scpiCommand(
      "OUTPut[:STATe]?",
      of((channel) => words(channel.measured().live)),
    ),
    scpiCommand(
      "OUTPut:MODE?",
      of((channel) => {
        const { live, folded } = channel.measured();
        return live ? (folded ? "CC" : "CV") : "UR";
      }),
    ),
    scpiCommand(
      "OUTPut:OCP[:STATe]",
      of((channel, [arg]) => {
        const ocp = switched(arg);
        if (ocp === null) return illegalParameter;
        channel.change({ ocp });
        return null;
      }),
    ),
    scpiCommand(
      "OUTPut:OCP[:STATe]?",
      of(({ set }) => words(set.ocp)),
    ),
    scpiCommand(
      "OUTPut:OCP:VALue",
      of((channel, [arg]) => {
        const ocpMilliA = milliOf(arg);
        const wrong = within(ocpMilliA, mostMilliA * 1.1);
        if (wrong !== undefined) return wrong;
        channel.change({ ocpMilliA: ocpMilliA! });
        return null;
      }),
    ),
    scpiCommand(
      "OUTPut:OCP:VALue?",
      of(({ set }) => number(set.ocpMilliA, 4)),
    ),
    scpiCommand(
      "OUTPut:OCP:QUES?",
      of((channel) => alarm(channel.tripped)),
    ),
    scpiCommand(
      "OUTPut:OCP:ALAR?",
      of((channel) => alarm(channel.tripped)),
    ),
    scpiCommand(
      "OUTPut:OCP:CLEar",
      of((channel) => (channel.clearTrip(false), null)),
    ),
    scpiCommand("[SOURce[n]:]CURRent:PROTection:CLEar", (_, suffix) => {
      const channel = channels[suffix - 1];
      if (channel === undefined) return illegalParameter;
      channel.clearTrip(true);
      return null;
    }),
    scpiCommand(
      "OUTPut:OVP[:STATe]",
      of((channel, [arg]) => {
        const ovp = switched(arg);
        if (ovp === null) return illegalParameter;
        channel.change({ ovp });
        return null;
      }),
    ),
    scpiCommand(
      "OUTPut:OVP[:STATe]?",
      of(({ set }) => words(set.ovp)),
    ),
    scpiCommand(
      "OUTPut:OVP:VALue",
      of((channel, [arg]) => {
        const ovpMilliV = milliOf(arg);
        const wrong = within(ovpMilliV, mostMilliV * 1.1);
        if (wrong !== undefined) return wrong;
        channel.change({ ovpMilliV: ovpMilliV! });
        return null;
      }),
    ),
    scpiCommand(
      "OUTPut:OVP:VALue?",
      of(({ set }) => number(set.ovpMilliV, 3)),
    ),
    scpiCommand(
      "OUTPut:OVP:QUES?",
      of(() => alarm(false)),
    ),
    scpiCommand(
      "OUTPut:OVP:ALAR?",
      of(() => alarm(false)),
    ),
    scpiCommand(
      "MEASure:ALL[:DC]?",
      of((channel) => {
        const { milliV, milliA } = channel.measured();
        return [number(milliV), number(milliA), number((milliV * milliA) / 1000, 3)].join(",");
      }),
    ),
    scpiCommand(
      "MEASure[:VOLTage]?",
      of((channel) => number(channel.measured().milliV)),
    ),
    scpiCommand(
      "MEASure:CURRent?",
      of((channel) => number(channel.measured().milliA)),
    ),
  ];
}
