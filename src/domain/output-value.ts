import type { OutputFormat } from "./evidence.ts";

const word = new DataView(new ArrayBuffer(4));

/** The value of a raw output word. */
export function outputValue(bits: number, format: OutputFormat): number {
  word.setUint32(0, bits);
  return format === "f32" ? word.getFloat32(0) : word.getInt32(0);
}
