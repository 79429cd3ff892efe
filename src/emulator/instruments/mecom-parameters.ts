import { nsPerMs } from "../../domain/clock.ts";
import type { InstrumentCircumstances } from "./emulated.ts";
import type { MeComQuirks } from "./mecom-quirks.ts";

/**
 * What an emulated TEC controller holds: its parameters, and its hands on the plates.
 *
 *   write ─→ parameter ─output, target, ramp→ world.heat          world.sense ─block, sink→ parameter ─→ read
 */
export interface TecParameters {
  /** Eight hexadecimal digits, or an error code. */
  read(parameter: number, instance: number): string | number;
  /** null: done; else an error code. */
  write(parameter: number, instance: number, digits: string): number | null;
  /** Stops with this error: outputs off, until it is reset. */
  fail(errorNumber: number): void;
  reset(): void;
}

interface Channel {
  /** All that stand in this zone: they share its temperature. */
  readonly boards: readonly string[];
  readonly values: Map<number, number>;
}

const notAvailable = 5;
const readOnly = 6;
const outOfRange = 7;
const noInstance = 8;

/** Writable ones: format, value after power-on, lowest and highest value taken. */
const settings: Readonly<Record<number, readonly ["int" | "float", number, number, number]>> = {
  2000: ["int", 2, 0, 2],
  2010: ["int", 0, 0, 3],
  2030: ["float", 10, 0, 30],
  2031: ["float", 20, 0, 60],
  3000: ["float", 25, -50, 200],
  3002: ["float", 1, 0, 100],
  3003: ["float", 1, 0, 100],
  3010: ["float", 50, 0, 1e6],
  3011: ["float", 60, 0, 1e6],
  3012: ["float", 0, 0, 1e6],
};
const output = 2010;
const currentLimit = 2030;
const target = 3000;
const proximity = 3002;
const ramp = 3003;

export function tecParameters(its: InstrumentCircumstances, quirks: MeComQuirks): TecParameters {
  const { world, clock, serves } = its;
  let error = 0;
  const channels = Array.from({ length: quirks.channels }, (_, index): Channel => ({
    boards: serves
      .filter(({ role, channel }) => role === "thermal" && channel === index + 1)
      .map(({ station }) => station),
    values: new Map(Object.entries(settings).map(([id, [, value]]) => [Number(id), value])),
  }));

  const drive = ({ boards, values }: Channel): void => {
    const on = values.get(output) === 1 && error === 0;
    for (const board of boards) world.heat(board, on, values.get(target)!, values.get(ramp));
  };
  const sensed = ({ boards: [board] }: Channel): { blockC: number; sinkC: number } =>
    board === undefined ? { blockC: 25, sinkC: 25 } : world.sense(board);
  const objectOf = (channel: Channel): number => {
    const { sensorOpen } = quirks;
    const open = sensorOpen !== null && clock.nowNs() / nsPerMs >= sensorOpen.atSeconds * 1_000;
    if (!open) return sensed(channel).blockC;
    return sensorOpen.shows === "nan" ? NaN : sensorOpen.shows;
  };
  /** Of full drive, heating positive: what the controller needs to hold this plate, and to move it. */
  const driveOf = (channel: Channel): number => {
    const { blockC, sinkC } = sensed(channel);
    if (channel.values.get(output) !== 1 || error !== 0) return 0;
    const wanted = (channel.values.get(target)! - blockC) / 10 + (blockC - sinkC) / 150;
    return Math.min(1, Math.max(-1, wanted));
  };
  const isStable = (channel: Channel): boolean =>
    Math.abs(objectOf(channel) - channel.values.get(target)!) <= channel.values.get(proximity)! / 2;
  const isRunning = (): boolean => channels.some(({ values }) => values.get(output) === 1);

  const reads: Readonly<Record<number, (channel: Channel) => string | number>> = {
    102: () => (/^\d{1,9}$/.test(its.serial) ? int(Number(its.serial)) : notAvailable),
    103: () => int(quirks.firmware),
    104: () => int(error !== 0 ? 3 : isRunning() ? 2 : 1),
    105: () => int(error),
    1000: (channel) => float(objectOf(channel)),
    1001: (channel) => float(sensed(channel).sinkC),
    1010: ({ values }) => float(values.get(target)!),
    1011: (channel) => float(sensed(channel).blockC),
    1020: (channel) => float(sign(quirks) * driveOf(channel) * channel.values.get(currentLimit)!),
    1021: (channel) => float(sign(quirks) * driveOf(channel) * 12),
    1200: (channel) => int(channel.values.get(output) !== 1 ? 0 : isStable(channel) ? 2 : 1),
    2051: () => int(quirks.address),
  };

  return {
    read: (parameter, instance) => {
      const channel = channels[instance - 1];
      if (channel === undefined) return noInstance;
      const setting = settings[parameter];
      if (setting === undefined) return reads[parameter]?.(channel) ?? notAvailable;
      const value = channel.values.get(parameter)!;
      return setting[0] === "int" ? int(value) : float(value);
    },
    write: (parameter, instance, digits) => {
      const channel = channels[instance - 1];
      if (channel === undefined) return noInstance;
      const setting = settings[parameter];
      if (setting === undefined) return parameter in reads ? readOnly : notAvailable;
      const [format, , lowest, highest] = setting;
      const value = numberOf(digits, format);
      if (!(value >= lowest && value <= highest)) return outOfRange;
      channel.values.set(parameter, value);
      if (parameter === output || channel.values.get(output) === 1) drive(channel);
      return null;
    },
    fail: (errorNumber) => {
      error = errorNumber;
      channels.forEach(drive);
    },
    reset: () => {
      error = 0;
      for (const channel of channels) {
        channel.values.set(output, 0);
        drive(channel);
      }
    },
  };
}

function sign({ positiveCurrent }: MeComQuirks): number {
  return positiveCurrent === "heats" ? 1 : -1;
}

function int(value: number): string {
  return (value >>> 0).toString(16).toUpperCase().padStart(8, "0");
}

function float(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes.toString("hex").toUpperCase();
}

function numberOf(digits: string, format: "int" | "float"): number {
  const bytes = Buffer.from(digits, "hex");
  return format === "int" ? bytes.readInt32BE() : bytes.readFloatBE();
}
