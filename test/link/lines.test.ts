import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LengthGuard } from "../../src/link/length-guard.ts";
import { linesOf } from "../../src/link/lines.ts";
import { memoryPair } from "../../src/link/memory.ts";
import { batchesOf, linesFrom, portOf, textOf } from "./ports.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** What the way from bytes to lines is to give, said in the plainest words. */
function expectedLines(text: string, max: number): string[] {
  const guarded = text
    .split("\n")
    .map((line, i, all) => {
      let cut = "";
      let rest = line;
      while (rest.length > max) {
        cut += `${rest.slice(0, max)}\n`;
        rest = rest.slice(max);
      }
      return cut + rest + (i < all.length - 1 ? "\n" : "");
    })
    .join("");
  return guarded
    .split("\n")
    .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
    .filter((line) => line !== "");
}

describe("bytes to lines", () => {
  const stream = "$a 1 x*00\n\n$b 2 \xff\x00\x80\r\n\r\nlast\n" + "y".repeat(23) + "\n$c 3\ntorn";

  test("cut in the middle at every byte, the lines are the same", async () => {
    const expected = expectedLines(stream, 10);
    for (let cut = 0; cut <= stream.length; cut++) {
      const chunks = [bytes(stream.slice(0, cut)), bytes(stream.slice(cut))];
      expect(await linesFrom(linesOf(portOf(chunks), { maxLineBytes: 10 }))).toEqual(expected);
    }
  });

  test("byte by byte, the lines are the same", async () => {
    const chunks = Array.from(stream, (character) => bytes(character));
    expect(await linesFrom(linesOf(portOf(chunks), { maxLineBytes: 10 }))).toEqual(expectedLines(stream, 10));
  });

  test("whatever bytes, wherever cut, the lines are those of the plain definition", async () => {
    const byte = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(10, 13, 97) },
      fc.integer({ min: 0, max: 255 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.uint8Array({ maxLength: 60 }).chain(() => fc.array(byte, { maxLength: 60 })),
          { maxLength: 12 },
        ),
        fc.integer({ min: 1, max: 40 }),
        async (pieces, max) => {
          const chunks = pieces.map((piece) => Uint8Array.from(piece));
          const link = linesOf(portOf(chunks), { maxLineBytes: max });
          const lines = await linesFrom(link);
          const whole = Buffer.concat(chunks).toString("latin1");
          expect(lines).toEqual(expectedLines(whole, max));
          expect(link.counts()).toMatchObject({ bytesIn: whole.length, linesIn: lines.length });
        },
      ),
      { numRuns: 300 },
    );
  });

  test("all lines that a chunk completes come in one batch, even more than a stream's own mark", async () => {
    const many = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    const link = linesOf(portOf([bytes(many.join("\n")), bytes("\nnext\n"), bytes("\n\r\n")]));
    expect(await batchesOf(link)).toEqual([many.slice(0, 99), [many[99], "next"]]);
  });

  test("every byte value comes through as the character of its number", async () => {
    const all = Array.from({ length: 256 }, (_, i) => i).filter((byte) => byte !== 10);
    const lines = await linesFrom(linesOf(portOf([Uint8Array.from([...all, 120, 10])])));
    expect([...Buffer.from(lines[0]!, "latin1")]).toEqual([...all, 120]);
  });

  test("pieces cut off are counted, whole lines are not", async () => {
    const link = linesOf(portOf([bytes("a".repeat(2500) + "\nshort\n" + "b".repeat(1024) + "\n")]));
    expect((await linesFrom(link)).map((line) => line.length)).toEqual([1024, 1024, 452, 5, 1024]);
    expect(link.counts().bytesCut).toBe(2048);
  });

  test("the guard passes a chunk on as it is where nothing is cut", () => {
    const chunk = bytes("short\nlines\n");
    expect(new LengthGuard(64).pass(chunk)).toBe(chunk);
    expect(() => new LengthGuard(0)).toThrow(RangeError);
  });
});

describe("lines to bytes", () => {
  test("lines written together leave together, a line end each", async () => {
    const [host, device] = memoryPair("pair");
    const link = linesOf(host);
    await link.write(["one", "tw\xff"]);
    await link.write([]);
    await link.close();
    expect(await textOf(device)).toBe("one\ntw\xff\n");
    expect(link.counts()).toMatchObject({ bytesOut: 8, opened: 1 });
  });
});

describe("back-pressure", () => {
  test("a reader that takes no batch holds back the writer", async () => {
    const [host, device] = memoryPair("pair");
    const link = linesOf(host);
    let written = 0;
    const flood = (async () => {
      for (; written < 100; written++) await device.write(Buffer.alloc(64 * 1024, 0xff));
    })();
    const batches = link.batches[Symbol.asyncIterator]();
    await batches.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(10);
    await link.close();
    await flood;
  });
});
