/**
 * CRC-32 as in IEEE 802.3 and zlib, a table step a byte. In JavaScript: for a short line it is as fast as a call into zlib
 * (68 characters: 145 ns here, 165 ns there), and `frame.ts` looks at the characters in the same pass.
 * Check value: the CRC of `123456789` is 0xcbf43926.
 */
export const crcTable: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of the characters `from` to `to` - 1, each taken as one byte, unsigned. */
export function crc32(text: string, from = 0, to: number = text.length): number {
  let crc = -1;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ text.charCodeAt(i)) & 0xff]!;
  return ~crc >>> 0;
}
