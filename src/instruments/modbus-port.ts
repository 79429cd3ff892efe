import { EventEmitter } from "node:events";
import type { Port } from "../domain/link.ts";
import { hasCrc } from "./checksum/crc16.ts";

/**
 * A port as `modbus-serial` wants one: it is given requests, and gives back whole reply frames.
 *
 *   modbus-serial ─write→ [ request kept ] ─→ port
 *   modbus-serial ←data─ one frame that replies to it, CRC and all ←─ look ←─ last 256 bytes ←chunks─ port
 *
 * Nothing else passes: what comes while nothing is asked, garbage around a frame, a second copy, the reply to another request.
 * Modbus has no sequence number; a late reply to a read of the same length cannot be told from the right one here (see `ModbusBus`).
 */
export class ModbusPort extends EventEmitter {
  readonly isOpen = true;
  readonly #port: Port;
  #request: Uint8Array | null = null;
  #tail: Uint8Array = new Uint8Array();

  constructor(port: Port) {
    super();
    this.#port = port;
  }

  open(opened: (error: Error | null) => void): void {
    opened(null);
  }

  close(closed?: () => void): void {
    closed?.();
  }

  write(request: Uint8Array): void {
    const bytes = Uint8Array.from(request);
    this.#request = bytes;
    this.#tail = new Uint8Array();
    // Not waited for: a device that takes no bytes is found by the deadline of its reply.
    void this.#port.write(bytes);
  }

  /** Nothing is asked any more: whatever still comes is thrown away. */
  giveUp(): void {
    this.#request = null;
  }

  hear(chunk: Uint8Array): void {
    const request = this.#request;
    if (request === null) return;
    const bytes = Buffer.concat([this.#tail, chunk]);
    const frame = replyIn(bytes, request);
    if (frame === null) {
      this.#tail = bytes.subarray(-longestFrame);
      return;
    }
    this.#request = null;
    this.emit("data", Buffer.from(frame));
  }
}

/** An RTU frame has at most 256 bytes (Modbus over Serial Line V1.02, 2.5.1). */
const longestFrame = 256;
const exceptionLength = 5;

/** The first whole frame in here that replies to this request, or refuses it; null: none yet. */
function replyIn(bytes: Uint8Array, request: Uint8Array): Uint8Array | null {
  const [unit = 0, code = 0] = request;
  for (let at = bytes.indexOf(unit); at >= 0; at = bytes.indexOf(unit, at + 1)) {
    const refuses = bytes[at + 1] === (code | 0x80);
    if (!refuses && bytes[at + 1] !== code) continue;
    const length = refuses ? exceptionLength : replyLength(request);
    const frame = bytes.subarray(at, at + length);
    if (frame.length === length && (refuses || fits(frame, request)) && hasCrc(frame)) return frame;
  }
  return null;
}

const reads = [1, 2, 3, 4];

function replyLength(request: Uint8Array): number {
  return reads.includes(request[1]!) ? 5 + bytesAsked(request) : 8;
}

/** A read is answered with as many bytes as it takes; a write repeats address and value, or address and count. */
function fits(frame: Uint8Array, request: Uint8Array): boolean {
  if (reads.includes(request[1]!)) return frame[2] === bytesAsked(request);
  return frame.subarray(2, 6).every((byte, index) => byte === request[2 + index]);
}

function bytesAsked(request: Uint8Array): number {
  const count = (request[4]! << 8) | request[5]!;
  return request[1]! <= 2 ? Math.ceil(count / 8) : count * 2;
}
