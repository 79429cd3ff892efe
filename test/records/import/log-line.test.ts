import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineClasses, readLogLine } from "../../../src/records/import/log-line.ts";
import { splitLines } from "../../../src/records/import/split-lines.ts";
import { counterFrame, dataLine, eventLine } from "./frame-bytes.ts";

const good = counterFrame(0, 33_628_378);

describe("the class of a log line", () => {
  test.each([
    ["intact", dataLine(1, good)],
    ["merged", dataLine(1, Buffer.concat([good, good]))],
    ["merged", dataLine(1, Buffer.concat([good, Buffer.from([0])]))],
    ["torn", dataLine(1, good.subarray(0, 40))],
    ["fragment", dataLine(1, good.subarray(20))],
    ["nonHex", dataLine(1, "\u0000\u0000")],
    ["nonHex", dataLine(1, "aa0")],
    ["nonHex", dataLine(1, "")],
    ["timeOut", eventLine(1, 19)],
    ["deadReader", eventLine(1, 24)],
    ["otherEvent", '{"id":3}'],
    ["otherEvent", '{"id":20,"data":7}'],
    ["notLog", '{"type":"Serial x"}'],
    ["notLog", "[1,2"],
    ["notLog", "null"],
    ["notLog", "\u0000\u0000\u0000"],
    ["blank", "  \r"],
  ])("%s: %s", (expected, line) => {
    expect(readLogLine(Buffer.from(line)).class).toBe(expected);
  });

  test("time is told only where it can be one", () => {
    expect(readLogLine(Buffer.from(dataLine(1_701_876_781.5, good))).seconds).toBe(1_701_876_781.5);
    for (const stamp of ["-1", "1e300", '"yesterday"', "null"])
      expect(readLogLine(Buffer.from(`{"id":19,"timestamp":${stamp}}`)).seconds).toBeNull();
  });

  test("any bytes fall into one class, without a throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(lineClasses).toContain(readLogLine(Buffer.from(bytes)).class);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(lineClasses).toContain(readLogLine(Buffer.from(text)).class);
      }),
    );
  });
});

describe("splitting a stream into lines", () => {
  const split = async (text: string, cuts: readonly number[], longest: number) => {
    const bytes = Buffer.from(text, "latin1");
    const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
      (a, b) => a - b,
    );
    const chunks = edges.slice(1).map((to, i) => bytes.subarray(edges[i], to));
    const lines: { text: string | null; size: number }[] = [];
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream of chunks already here
    const stream = (async function* () {
      yield* chunks;
    })();
    for await (const line of splitLines(stream, longest))
      lines.push({ text: line.bytes?.toString("latin1") ?? null, size: line.size });
    return lines;
  };

  test("lines are the same wherever the chunks are cut, and their sizes add up", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.stringMatching(/^[ab\r]{0,8}$/), { maxLength: 8 }),
        fc.boolean(),
        fc.array(fc.nat(80), { maxLength: 6 }),
        async (lines, ended, cuts) => {
          const text = lines.join("\n") + (ended ? "\n" : "");
          const found = await split(text, cuts, 100);
          expect(found.reduce((sum, { size }) => sum + size, 0)).toBe(text.length);
          const expected = text.split("\n");
          if (expected.at(-1) === "") expected.pop();
          expect(found.map((line) => line.text)).toEqual(expected);
        },
      ),
    );
  });

  test("of a line longer than is kept only the size is known, and the next is whole again", async () => {
    expect(await split("aaaaaaaaaaaa\nbb\n", [3, 5, 9], 8)).toEqual([
      { text: null, size: 13 },
      { text: "bb", size: 3 },
    ]);
  });
});
