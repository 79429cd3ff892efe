import { crc16modbus, crc16xmodem } from "crc";

/** CRC-16/XMODEM of a latin1 text, as MeCom ends its frames with: polynomial 0x1021, from 0, not reflected. */
export function crcOfText(text: string): number {
  return crc16xmodem(Buffer.from(text, "latin1"));
}

/** CRC-16/MODBUS. On the wire its low byte comes first. */
export function crcOfFrame(frame: Uint8Array): number {
  return crc16modbus(Buffer.from(frame));
}

/** The frame with its CRC behind it, ready for a Modbus RTU line. */
export function withCrc(frame: Uint8Array): Uint8Array {
  const crc = crcOfFrame(frame);
  return Uint8Array.of(...frame, crc & 0xff, crc >> 8);
}

/** Whether the last two bytes are the CRC of those before. */
export function hasCrc(frame: Uint8Array): boolean {
  const body = frame.subarray(0, -2);
  const [low = 0, high = 0] = frame.subarray(-2);
  return frame.length > 2 && crcOfFrame(body) === (low | (high << 8));
}
