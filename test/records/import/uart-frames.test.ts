import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc16, resynchronise, runCountersOf } from "../../../src/records/import/uart-frames.ts";
import { counterFrame, frameBytes } from "./frame-bytes.ts";

const payload = fc.uint8Array({ maxLength: 255 });
const frame = fc.tuple(fc.nat(255), payload).map(([id, bytes]) => frameBytes(id, bytes));

describe("resynchronising a serial line", () => {
  test("the checksum is CRC-16/CCITT-FALSE", () => {
    expect(crc16(Buffer.from("123456789"))).toBe(0x29b1);
  });

  test("a frame worked by hand is recovered", () => {
    // No payload: the checksum is the start value.
    expect(resynchronise(new Uint8Array([0xaa, 16, 0, 0xff, 0xff, 0x55]))).toEqual({
      frames: [{ id: 16, payload: new Uint8Array(0) }],
      residues: [],
    });
  });

  test("frames run together are all recovered, with the bytes around them named", () => {
    const [a, b] = [counterFrame(0, 1), counterFrame(2, 3)];
    const data = Buffer.concat([Buffer.from("00ff", "hex"), a, b, Buffer.from("aa013c0000", "hex")]);
    const { frames, residues } = resynchronise(data);
    expect(frames.map(runCountersOf)).toEqual([
      { errors: 0, retired: 1 },
      { errors: 2, retired: 3 },
    ]);
    expect(residues.map(({ kind, bytes }) => [kind, bytes.length])).toEqual([
      ["fragment", 2],
      ["torn", 5],
    ]);
  });

  test("a frame behind a start byte that leads nowhere is recovered", () => {
    const good = frameBytes(7, Buffer.from([1, 2, 3]));
    const { frames, residues } = resynchronise(Buffer.concat([Buffer.from([0xaa, 0x01]), good]));
    expect(frames).toHaveLength(1);
    expect(residues).toHaveLength(1);
  });

  test("every single flipped bit of a frame is noticed", () => {
    const good = counterFrame(5, 123_456);
    for (let bit = 0; bit < good.length * 8; bit++) {
      if (bit >> 3 === 1) continue; // the id is not under the checksum
      const struck = Buffer.from(good);
      struck[bit >> 3]! ^= 1 << (bit & 7);
      expect(resynchronise(struck).frames).toEqual([]);
    }
  });

  test("a full-length frame with a wrong checksum is corrupt, not torn", () => {
    const struck = counterFrame(5, 6);
    struck[10]! ^= 0x40;
    expect(resynchronise(struck).residues.map(({ kind }) => kind)).toEqual(["corrupt"]);
  });

  test("whatever the bytes, each belongs to exactly one frame or residue, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 }), (parts) => {
        const data = Buffer.concat(parts);
        const { frames, residues } = resynchronise(data);
        const counted =
          frames.reduce((sum, one) => sum + one.payload.length + 6, 0) +
          residues.reduce((sum, one) => sum + one.bytes.length, 0);
        expect(counted).toBe(data.length);
      }),
    );
  });

  test("good frames after one another are recovered whatever they carry", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
        const found = resynchronise(Buffer.concat(frames));
        expect(found.frames.map(({ id, payload: bytes }) => frameBytes(id, bytes).toString("hex"))).toEqual(
          frames.map((one) => one.toString("hex")),
        );
        expect(found.residues).toEqual([]);
      }),
    );
  });
});
