import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { EzZoneSettings } from "./ez-zone-schema.ts";
import type { ModbusBus } from "./modbus-bus.ts";

/**
 * Values of an EZ-ZONE controller over their registers.
 *
 *   °C ⇄ unit on the bus ⇄ IEEE 754 ⇄ two words, low word first ⇄ Modbus
 */
export interface EzZoneRegisters {
  readWord(register: number): Promise<Reply<number>>;
  readInt(register: number): Promise<Reply<number>>;
  readFloat(register: number): Promise<Reply<number>>;
  /** Function 6; reads back, and refuses what does not stand there. */
  writeWord(register: number, value: number): Promise<Reply<null>>;
  /** Function 16; reads back, and refuses what does not stand there. */
  writeFloat(register: number, value: number): Promise<Reply<null>>;
}

export type Unit = "F" | "C";

export function ezZoneRegisters(bus: ModbusBus, { unit, wordOrder }: EzZoneSettings): EzZoneRegisters {
  const inOrder = (words: readonly number[]): number[] =>
    wordOrder === "low-first" ? [...words] : [...words].reverse();
  const read32 = async (register: number, pick: (bytes: DataView) => number): Promise<Reply<number>> => {
    const reply = await bus.readRegisters(unit, register, 2);
    if (reply.kind !== "ok") return reply;
    const [low = 0, high = 0] = inOrder(reply.value);
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setUint16(0, high);
    bytes.setUint16(2, low);
    return { kind: "ok", value: pick(bytes) };
  };
  const readWord = async (register: number): Promise<Reply<number>> => {
    const reply = await bus.readRegisters(unit, register, 1);
    return reply.kind === "ok" ? { kind: "ok", value: reply.value[0]! } : reply;
  };
  const readFloat = (register: number): Promise<Reply<number>> =>
    read32(register, (bytes) => bytes.getFloat32(0));
  const proven = async (
    written: Reply<null>,
    value: number,
    read: () => Promise<Reply<number>>,
  ): Promise<Reply<null>> => {
    if (written.kind !== "ok") return written;
    const found = await read();
    if (found.kind !== "ok") return found;
    return found.value === value
      ? { kind: "ok", value: null }
      : refused(`${value} was taken, and ${found.value} stands there`);
  };
  return {
    readWord,
    readFloat,
    readInt: (register) => read32(register, (bytes) => bytes.getInt32(0)),
    writeWord: async (register, value) =>
      proven(await bus.writeRegister(unit, register, value), value, () => readWord(register)),
    writeFloat: async (register, value) => {
      const words = inOrder(wordsOf(value));
      return proven(await bus.writeRegisters(unit, register, words), Math.fround(value), () =>
        readFloat(register),
      );
    },
  };
}

/** Low word first. */
export function wordsOf(value: number): [low: number, high: number] {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value);
  return [bytes.getUint16(2), bytes.getUint16(0)];
}

export function onBus(temperatureC: number, unit: Unit): number {
  return unit === "F" ? temperatureC * 1.8 + 32 : temperatureC;
}

/** To a ten-thousandth: more would be noise of the 32-bit float. */
export function offBus(value: number, unit: Unit): number {
  const temperatureC = unit === "F" ? (value - 32) / 1.8 : value;
  return Math.round(temperatureC * 1e4) / 1e4;
}
