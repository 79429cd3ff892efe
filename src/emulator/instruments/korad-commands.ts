import type { RandomStream } from "../../domain/random.ts";
import type { FedChannel } from "./fed-channel.ts";
import type { KoradQuirks, KoradState } from "./korad-quirks.ts";

/** The command set of the emulated Korad: which bytes are a command, and what it does with it. */
export interface KoradCommands {
  /** The first whole command in these bytes, and what is behind it; bytes that begin none are lost. */
  take(buffer: string): { readonly command: string | null; readonly rest: string };
  /** Bytes to send; `set` where something was set; null where it says and does nothing. */
  obey(command: string): Uint8Array | "set" | null;
}

const fixed = [
  ...["*IDN?", "STATUS?", "VSET1?", "ISET1?", "VOUT1?", "IOUT1?"],
  ...["OVP0", "OVP1", "OCP0", "OCP1", "BEEP0", "BEEP1", "TRACK0", "TRACK1", "TRACK2"],
  ...["SAV1", "SAV2", "SAV3", "SAV4", "SAV5", "RCL1", "RCL2", "RCL3", "RCL4", "RCL5"],
];
const valued = ["VSET1:##.##", "ISET1:#.###"];

export function koradCommands(
  quirks: KoradQuirks,
  state: KoradState,
  channel: FedChannel,
  random: RandomStream,
): KoradCommands {
  const words = [...fixed, `${quirks.outputVerb}0`, `${quirks.outputVerb}1`, ...valued];
  const obey = (command: string): ReturnType<KoradCommands["obey"]> => {
    const text = answerTo(command, quirks, state, channel, random);
    if (text !== null) return Buffer.from(text + (quirks.newline ? "\n" : ""), "latin1");
    if (!words.some((word) => matches(word, command) === "whole")) return null;
    set(command, quirks, state, channel);
    return "set";
  };
  return { take: quirks.newline ? takeLine : (buffer) => takeWord(words, buffer), obey };
}

function takeLine(buffer: string): { command: string | null; rest: string } {
  const end = buffer.search(/[\r\n]/);
  return end < 0
    ? { command: null, rest: buffer }
    : { command: buffer.slice(0, end), rest: buffer.slice(end + 1) };
}

function takeWord(words: readonly string[], buffer: string): { command: string | null; rest: string } {
  for (let rest = buffer; rest !== ""; rest = rest.slice(1)) {
    let begun = false;
    for (const word of words) {
      const found = matches(word, rest.slice(0, word.length));
      if (found === "whole") return { command: rest.slice(0, word.length), rest: rest.slice(word.length) };
      begun ||= found === "begun";
    }
    if (begun) return { command: null, rest };
  }
  return { command: null, rest: "" };
}

/** `#` stands for a digit. */
function matches(word: string, text: string): "whole" | "begun" | null {
  for (let i = 0; i < text.length; i++) {
    const [wanted, is] = [word[i], text[i]!];
    if (wanted === "#" ? is < "0" || is > "9" : wanted !== is) return null;
  }
  return text.length === word.length ? "whole" : "begun";
}

function answerTo(
  command: string,
  quirks: KoradQuirks,
  state: KoradState,
  channel: FedChannel,
  random: RandomStream,
): string | null {
  const { milliV, milliA } = channel.state();
  const junk = String.fromCharCode(quirks.junkByte);
  const five = (text: string, isIset = false): string =>
    quirks.junkSixth === "all" || (isIset && quirks.junkSixth === "iset") ? text + junk : text;
  switch (command) {
    case "*IDN?":
      return quirks.identity + (quirks.identityTail === null ? "" : String.fromCharCode(quirks.identityTail));
    case "VSET1?":
      return five(volts(state.milliV));
    case "ISET1?":
      return five(amperes(state.milliA), true);
    case "VOUT1?":
      return five(volts(milliV));
    case "IOUT1?":
      return five(amperes(milliA));
    case "STATUS?":
      return String.fromCharCode(statusByte(quirks, state, channel, random));
    default:
      return null;
  }
}

function statusByte(
  quirks: KoradQuirks,
  state: KoradState,
  channel: FedChannel,
  random: RandomStream,
): number {
  const { output, regulating, tripped } = channel.state();
  const armed = state.ocp && (quirks.bit5AfterTrip || !tripped);
  let byte = output ? 0x40 : 0;
  if (!output || regulating === "voltage") byte |= 0x01;
  if (armed || quirks.lockBit) byte |= 0x20;
  switch (quirks.status) {
    case "KA3005P":
      return byte | (state.beep ? 0x10 : 0) | (output && state.ovp ? 0x80 : 0);
    case "KA3305P":
      return byte | (state.ovp ? 0x10 : 0) | (output ? 0x80 : 0);
    case "old":
      return byte | (random.nextBelow(256) & 0x9e);
  }
}

function set(command: string, quirks: KoradQuirks, state: KoradState, channel: FedChannel): void {
  const [verb, value = ""] = command.split(":");
  const digit = command.at(-1)!;
  const on = digit === "1";
  switch (verb!.replace(/[0-9]$/, "")) {
    case "VSET":
      state.milliV = Math.min(Math.round(Number(value) * 1000), quirks.mostMilliV);
      break;
    case "ISET":
      state.milliA = Math.min(Math.round(Number(value) * 1000), quirks.mostMilliA);
      break;
    case "OCP":
      state.ocp = on;
      if (!on) state.tripCleared = true;
      break;
    case "OVP":
      state.ovp = on;
      break;
    case "BEEP":
      state.beep = on;
      break;
    case "TRACK":
      break;
    case "SAV":
      state.saved.set(digit, { milliV: state.milliV, milliA: state.milliA });
      break;
    case "RCL":
      Object.assign(state, state.saved.get(digit) ?? {});
      if (quirks.recallTurnsOff) channel.feed({ output: false });
      break;
    default:
      turn(on, quirks, state, channel);
      return;
  }
  const trip = state.ocp ? { milliA: state.milliA, delayMs: quirks.tripDelayMs } : null;
  // Armed, it cuts where it would otherwise hold its current; until it does, only its own power limits it.
  const limitMilliA = state.ocp ? quirks.mostMilliA : state.milliA;
  channel.feed({ milliV: state.milliV, limitMilliA, trip });
}

function turn(on: boolean, quirks: KoradQuirks, state: KoradState, channel: FedChannel): void {
  const latched = quirks.tripLatches && channel.state().tripped && !state.tripCleared;
  if (on && latched) return;
  if (on) state.tripCleared = false;
  channel.feed({ output: on });
}

function volts(milliV: number): string {
  return (Math.max(0, Math.round(milliV / 10)) / 100).toFixed(2).padStart(5, "0");
}

function amperes(milliA: number): string {
  return (Math.max(0, Math.round(milliA)) / 1000).toFixed(3);
}
