/**
 * Frames of a device under test, found again in whatever its serial line delivered.
 *
 *   bytes ─scan─▶ aa │ id │ len │ payload … │ crc16 hi │ crc16 lo │ 55   a frame
 *                 anything between two frames, or at an edge             a residue, named by its beginning
 *
 * A frame is accepted on its checksum and its end byte alone, wherever it begins, so that frames run together,
 * or behind power-up bytes, are all recovered. Every byte belongs to exactly one frame or residue.
 */
export interface UartFrame {
  readonly id: number;
  readonly payload: Uint8Array;
}

/**
 * - `torn` begins like a frame, but bytes of it are missing
 * - `corrupt` begins like a frame and has its full length, but checksum or end byte are wrong
 * - `fragment` does not begin like a frame: the tail of one, or what a line gives at power-up
 */
export const residueKinds = ["torn", "corrupt", "fragment"] as const;
export type ResidueKind = (typeof residueKinds)[number];

export interface Residue {
  readonly kind: ResidueKind;
  readonly bytes: Uint8Array;
}

export interface Resynchronised {
  readonly frames: readonly UartFrame[];
  readonly residues: readonly Residue[];
}

const startByte = 0xaa;
const endByte = 0x55;
/** Start, id and length before the payload; checksum and end byte after it. */
const headBytes = 3;
const tailBytes = 3;

/** Finds every good frame of `data` from left to right, and names what lies between them. */
export function resynchronise(data: Uint8Array): Resynchronised {
  const frames: UartFrame[] = [];
  const residues: Residue[] = [];
  let unclaimed = 0;
  const leave = (until: number): void => {
    if (until > unclaimed) residues.push(residueOf(data.subarray(unclaimed, until)));
  };
  for (let at = 0; at < data.length;) {
    const length = frameLengthAt(data, at);
    if (length === 0) {
      at++;
      continue;
    }
    leave(at);
    frames.push({ id: data[at + 1]!, payload: data.subarray(at + headBytes, at + length - tailBytes) });
    at += length;
    unclaimed = at;
  }
  leave(data.length);
  return { frames, residues };
}

/** Bytes of the good frame that begins at `at`; 0 where none does. */
function frameLengthAt(data: Uint8Array, at: number): number {
  if (data[at] !== startByte || at + headBytes > data.length) return 0;
  const length = headBytes + data[at + 2]! + tailBytes;
  const end = at + length;
  if (end > data.length || data[end - 1] !== endByte) return 0;
  const sum = (data[end - 3]! << 8) | data[end - 2]!;
  return crc16(data, at + headBytes, end - tailBytes) === sum ? length : 0;
}

function residueOf(bytes: Uint8Array): Residue {
  if (bytes[0] !== startByte) return { kind: "fragment", bytes };
  const whole = bytes.length >= headBytes && bytes.length >= headBytes + bytes[2]! + tailBytes;
  return { kind: whole ? "corrupt" : "torn", bytes };
}

/** CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff, not reflected) of `data[from..to)`; `123456789` gives 0x29b1. */
export function crc16(data: Uint8Array, from = 0, to = data.length): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ data[i]!]!;
  return crc;
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** The run counters a frame carries, as far as they are understood; null for any other frame. */
export interface RunCounters {
  /** Errors the device has counted since its start. */
  readonly errors: number;
  /** Instructions retired since its start, modulo 2^32; null in the short frame, which does not tell. */
  readonly retired: number | null;
}

/**
 * Frame id 1, little-endian words: of length 60 total errors, cycle count of the last run, instructions retired since the start,
 * then error counters by structure; of length 20 total errors first, and nothing that grows steadily.
 */
export function runCountersOf({ id, payload }: UartFrame): RunCounters | null {
  if (id !== 1 || (payload.length !== 60 && payload.length !== 20)) return null;
  const words = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return {
    errors: words.getUint32(0, true),
    retired: payload.length === 60 ? words.getUint32(8, true) : null,
  };
}
