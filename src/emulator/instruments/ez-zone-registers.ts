import { nsPerSecond } from "../../domain/clock.ts";
import type { InstrumentCircumstances } from "./emulated.ts";
import type { EzZoneQuirks } from "./ez-zone-quirks.ts";

/**
 * Registers of an emulated EZ-ZONE controller, map 1, and its hands on the chamber. Each parameter has two registers: a float or a
 * 32-bit number fills both, an enumeration the first.
 *
 *   write ─→ words ─→ parameter ─set point, mode, ramp→ world.heat          world.sense ─→ parameter ─→ words ─→ read
 */
export interface EzZoneMap {
  /** null: there is no such register. */
  read(address: number): number | null;
  /** 0: done; else a Modbus exception, and parameters before the one out of range are written. */
  write(address: number, words: readonly number[]): number;
  /** Something went wrong or right with sensor or hardware: outputs follow. */
  drive(): void;
}

interface Parameter {
  readonly get: () => number;
  /** False: out of range; null: read only. */
  readonly set: ((value: number) => boolean) | null;
  readonly format: "word" | "int" | "float";
}

interface Loop {
  /** All that stand in this zone: they share its temperature. */
  readonly boards: readonly string[];
  unit: number;
  mode: number;
  setPoint: number;
  rampAction: number;
  rampScale: number;
  rampRate: number;
}

const [off, auto, manual] = [62, 10, 54];
const [celsius, fahrenheit] = [15, 30];
const [rampStartup, rampBoth, rampOnChange] = [88, 13, 1647];
const [perHour, perMinute] = [39, 57];
const [noError, sensorOpen] = [61, 65];
const [healthy, failed] = [138, 32];
const illegalAddress = 2;
const illegalValue = 3;

export function ezZoneMap(its: InstrumentCircumstances, quirks: EzZoneQuirks): EzZoneMap {
  const { world, clock, serves, serial } = its;
  const seconds = (): number => clock.nowNs() / nsPerSecond;
  const hasFailed = (): boolean => quirks.failsAtSeconds !== null && seconds() >= quirks.failsAtSeconds;
  const isOpen = (loop: Loop): boolean =>
    loop === loops[0] && quirks.sensorOpen !== null && seconds() >= quirks.sensorOpen.atSeconds;
  const loops = Array.from({ length: quirks.loops }, (_, index): Loop => ({
    boards: serves
      .filter(({ role, channel }) => role === "thermal" && channel === index + 1)
      .map(({ station }) => station),
    unit: quirks.speaks === "C" ? celsius : fahrenheit,
    mode: off,
    setPoint: 75,
    rampAction: off,
    rampScale: perMinute,
    rampRate: 1,
  }));
  const setsInF = (loop: Loop): boolean => loop.unit === fahrenheit || !quirks.setPointFollowsUnit;
  const goalC = (loop: Loop): number => (setsInF(loop) ? (loop.setPoint - 32) / 1.8 : loop.setPoint);
  const runs = (loop: Loop): boolean => loop.mode === auto && !hasFailed() && !isOpen(loop);
  const blockC = ({ boards: [board] }: Loop): number =>
    board === undefined ? 25 : world.sense(board).blockC;
  const drive = (loop: Loop): void => {
    const ramps = loop.rampAction === rampOnChange || loop.rampAction === rampBoth;
    const perSecond = loop.rampRate / (loop.rampScale === perHour ? 3_600 : 60) / (setsInF(loop) ? 1.8 : 1);
    for (const board of loop.boards) world.heat(board, runs(loop), goalC(loop), ramps ? perSecond : Infinity);
  };
  const powerOf = (loop: Loop): number => {
    if (!runs(loop)) return 0;
    return Math.min(100, Math.max(-100, 10 * (goalC(loop) - blockC(loop)) + 0.6 * (blockC(loop) - 25)));
  };
  const process = (loop: Loop): number => {
    if (isOpen(loop)) return quirks.sensorOpen!.shows === "nan" ? NaN : quirks.sensorOpen!.shows;
    return loop.unit === fahrenheit ? blockC(loop) * 1.8 + 32 : blockC(loop);
  };
  const oneOf =
    (loop: Loop, key: "unit" | "mode" | "rampAction" | "rampScale", values: readonly number[]) =>
    (value: number): boolean => {
      if (!values.includes(value)) return false;
      loop[key] = value;
      drive(loop);
      return true;
    };
  const between =
    (loop: Loop, key: "setPoint" | "rampRate", lowest: number, highest: number) =>
    (value: number): boolean => {
      if (!(value >= lowest && value <= highest)) return false;
      loop[key] = value;
      drive(loop);
      return true;
    };
  const parameters = new Map<number, Parameter>([
    [0, { format: "int", get: () => quirks.hardware, set: null }],
    [4, { format: "int", get: () => quirks.firmware, set: null }],
    [30, { format: "word", get: () => (hasFailed() ? failed : healthy), set: null }],
  ]);
  if (/^\d{1,9}$/.test(serial)) parameters.set(12, { format: "int", get: () => Number(serial), set: null });
  for (const [index, loop] of loops.entries()) {
    const add = (address: number, step: number, parameter: Parameter): void =>
      void parameters.set(address + index * step, parameter);
    const word = (get: () => number, set: Parameter["set"] = null): Parameter => ({
      format: "word",
      get,
      set,
    });
    const float = (get: () => number, set: Parameter["set"] = null): Parameter => ({
      format: "float",
      get,
      set,
    });
    add(
      360,
      80,
      float(() => process(loop)),
    );
    add(
      362,
      80,
      word(() => (isOpen(loop) ? sensorOpen : noError)),
    );
    add(
      1880,
      70,
      word(() => loop.mode, oneOf(loop, "mode", [off, auto, manual])),
    );
    add(
      1882,
      70,
      word(() => (runs(loop) ? auto : loop.mode === manual ? manual : off)),
    );
    add(
      1904,
      70,
      float(() => Math.max(0, powerOf(loop))),
    );
    add(
      1906,
      70,
      float(() => Math.min(0, powerOf(loop))),
    );
    add(
      2160,
      80,
      float(() => loop.setPoint, between(loop, "setPoint", -1_999, 9_999)),
    );
    add(
      2186,
      80,
      word(() => loop.rampAction, oneOf(loop, "rampAction", [off, rampStartup, rampOnChange, rampBoth])),
    );
    add(
      2188,
      80,
      word(() => loop.rampScale, oneOf(loop, "rampScale", [perHour, perMinute])),
    );
    add(
      2192,
      80,
      float(() => loop.rampRate, between(loop, "rampRate", 0, 9_999)),
    );
    if (quirks.hasUnitRegister)
      add(
        2490,
        20,
        word(() => loop.unit, oneOf(loop, "unit", [celsius, fahrenheit])),
      );
  }

  const wordsOf = ({ format, get }: Parameter): [number, number] => {
    if (format === "word") return [get(), 0];
    const bytes = Buffer.alloc(4);
    if (format === "float") bytes.writeFloatBE(get());
    else bytes.writeInt32BE(get());
    const [high, low] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
    return quirks.wordOrder === "low-first" ? [low, high] : [high, low];
  };
  const valueOf = ({ format }: Parameter, [first, second]: readonly [number, number]): number => {
    if (format === "word") return first;
    const bytes = Buffer.alloc(4);
    const [high, low] = quirks.wordOrder === "low-first" ? [second, first] : [first, second];
    bytes.writeUInt16BE(high, 0);
    bytes.writeUInt16BE(low, 2);
    return format === "float" ? bytes.readFloatBE() : bytes.readInt32BE();
  };

  return {
    read: (address) => {
      const parameter = parameters.get(address & ~1);
      return parameter === undefined ? null : wordsOf(parameter)[address & 1]!;
    },
    write: (address, words) => {
      const changed = new Map<Parameter, [number, number]>();
      for (const [index, word] of words.entries()) {
        const parameter = parameters.get((address + index) & ~1);
        if (parameter?.set === undefined || parameter.set === null) return illegalAddress;
        const both = changed.get(parameter) ?? wordsOf(parameter);
        both[(address + index) & 1] = word;
        changed.set(parameter, both);
      }
      for (const [parameter, both] of changed)
        if (!parameter.set!(valueOf(parameter, both))) return illegalValue;
      return 0;
    },
    drive: () => loops.forEach(drive),
  };
}
