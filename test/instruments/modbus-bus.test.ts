import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { Reply } from "../../src/domain/reply.ts";
import { crcOfFrame, crcOfText, hasCrc, withCrc } from "../../src/instruments/checksum/crc16.ts";
import { modbusBus } from "../../src/instruments/modbus-bus.ts";
import type { ModbusBus } from "../../src/instruments/modbus-bus.ts";
import { memoryPair } from "../../src/link/memory.ts";

/** Frames are those of the reference (bench-protocols 3.2), or worked by hand from the Modbus standard. */
const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hex = (chunk: Uint8Array): string =>
  Array.from(chunk, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");

interface Line {
  readonly bus: ModbusBus;
  readonly sent: string[];
  readonly say: (hex: string) => Promise<void>;
  readonly nowMs: () => number;
  readonly pull: () => Promise<void>;
}

/** A device that gives the next of these replies to each request; null: none. */
function line(...replies: (string | null)[]): Line {
  const clock = virtualClock();
  const [host, device] = memoryPair("modbus");
  const bus = modbusBus(host, { baud: null, answerMs: 100 }, clock);
  const sent: string[] = [];
  void (async () => {
    for await (const chunk of device.chunks) {
      sent.push(hex(chunk));
      const reply = replies.shift();
      if (typeof reply === "string") await device.write(bytes(reply));
    }
  })();
  return {
    bus,
    sent,
    say: (text) => device.write(bytes(text)),
    nowMs: () => clock.nowNs() / 1e6,
    pull: () => device.close(),
  };
}

describe("checksums", () => {
  test("CRC-16/MODBUS and CRC-16/XMODEM give their check values", () => {
    expect(crcOfFrame(Buffer.from("123456789"))).toBe(0x4b37);
    expect(crcOfText("123456789")).toBe(0x31c3);
    expect(crcOfFrame(bytes("010301680002"))).toBe(0x2b44);
  });

  test("a frame has its CRC low byte first, and is known by it", () => {
    expect(hex(withCrc(bytes("01 03 01 68 00 02")))).toBe("01 03 01 68 00 02 44 2B");
    expect(hasCrc(bytes("01 83 02 C0 F1"))).toBe(true);
    expect(hasCrc(bytes("01 83 02 F1 C0"))).toBe(false);
    expect(hasCrc(new Uint8Array())).toBe(false);
  });
});

describe("requests and replies", () => {
  const cases: [string, (bus: ModbusBus) => Promise<Reply<unknown>>, string, string, unknown][] = [
    [
      "read registers",
      (bus) => bus.readRegisters(1, 360, 2),
      "01 03 01 68 00 02 44 2B",
      "01 03 04 97 7D 42 9C 76 96",
      [0x977d, 0x429c],
    ],
    [
      "write registers",
      (bus) => bus.writeRegisters(1, 2160, [0x0000, 0x4296]),
      "01 10 08 70 00 02 04 00 00 42 96 23 85",
      "01 10 08 70 00 02 42 73",
      null,
    ],
    [
      "write one register",
      (bus) => bus.writeRegister(1, 2490, 15),
      "01 06 09 BA 00 0F EB B7",
      "01 06 09 BA 00 0F EB B7",
      null,
    ],
    [
      // Ten coils from 19 of unit 17: 0xCD, 0x01 (the standard's own example begins so, 6.1).
      "read coils",
      (bus) => bus.readCoils(0x11, 0x13, 10),
      hex(withCrc(bytes("11 01 00 13 00 0A"))),
      hex(withCrc(bytes("11 01 02 CD 01"))),
      [true, false, true, true, false, false, true, true, true, false],
    ],
    [
      // The standard's example of function 5 (6.5): output 173 on.
      "write a coil",
      (bus) => bus.writeCoil(1, 0xac, true),
      hex(withCrc(bytes("01 05 00 AC FF 00"))),
      hex(withCrc(bytes("01 05 00 AC FF 00"))),
      null,
    ],
  ];

  test.each(cases)("%s", async (_, ask, request, reply, value) => {
    const { bus, sent } = line(reply);
    expect(await ask(bus)).toEqual({ kind: "ok", value });
    expect(sent).toEqual([request]);
  });

  test("an exception is a refusal with its number", async () => {
    const { bus } = line("01 83 02 C0 F1");
    expect(await bus.readRegisters(1, 9_999, 1)).toEqual({
      kind: "refused",
      reason: "exception 2 (illegal data address)",
    });
  });

  test.each([
    ["a wrong CRC", "01 03 04 97 7D 42 9C 76 97"],
    ["another unit", hex(withCrc(bytes("02 03 04 97 7D 42 9C")))],
    ["another function", hex(withCrc(bytes("01 04 04 97 7D 42 9C")))],
    ["fewer registers", hex(withCrc(bytes("01 03 02 97 7D")))],
    ["a torn frame", "01 03 04 97 7D 42 9C"],
    ["nothing", ""],
  ])("%s is silence by the deadline, and the next request is answered", async (_, reply) => {
    const { bus, nowMs } = line(reply, "01 03 04 97 7D 42 9C 76 96");
    expect(await bus.readRegisters(1, 360, 2)).toEqual({ kind: "silence", waitedMs: 100 });
    expect(nowMs()).toBe(100);
    expect((await bus.readRegisters(1, 360, 2)).kind).toBe("ok");
  });

  test("a write that repeats another value is not believed", async () => {
    const { bus } = line(hex(withCrc(bytes("01 06 09 BA 00 1E"))));
    expect((await bus.writeRegister(1, 2490, 15)).kind).toBe("silence");
  });

  test("a frame is found between garbage, in pieces and behind a copy of the last reply", async () => {
    const { bus, say } = line(null, `42 9C 76 96 ${hex(withCrc(bytes("01 03 02 00 07")))}`);
    const first = bus.readRegisters(1, 360, 2);
    for (const piece of ["FF 01 03", "00 01 03 04 97", "7D 42 9C 76", "96 01 03 04 97 7D"]) await say(piece);
    expect(await first).toEqual({ kind: "ok", value: [0x977d, 0x429c] });
    expect(await bus.readRegisters(1, 360, 1)).toEqual({ kind: "ok", value: [7] });
  });

  test("a reply that comes late is not taken for that to the next request", async () => {
    const { bus, say, nowMs } = line(null, hex(withCrc(bytes("01 03 04 00 00 42 96"))));
    expect((await bus.readRegisters(1, 360, 2)).kind).toBe("silence");
    const next = bus.readRegisters(1, 2160, 2);
    await say("01 03 04 97 7D 42 9C 76 96");
    expect(await next).toEqual({ kind: "ok", value: [0x0000, 0x4296] });
    expect(nowMs()).toBe(200);
  });

  test("a pulled cable ends the request at once, and those after it", async () => {
    const { bus, pull, nowMs } = line(null);
    const asked = bus.readRegisters(1, 360, 2);
    await pull();
    expect((await asked).kind).toBe("silence");
    expect(await bus.writeCoil(1, 0, true)).toEqual({ kind: "silence", waitedMs: 0 });
    expect(nowMs()).toBe(0);
  });
});
