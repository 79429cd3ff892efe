import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encode } from "../../firmware-protocol/codec.ts";
import { tallyCapture } from "../../src/cli/tally-capture.ts";
import { radrig } from "./radrig.ts";

const folder = mkdtempSync(join(tmpdir(), "radrig-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

const heartbeat = (seq: number, boot: number): string =>
  encode(
    { seq, boot, uptimeMs: seq * 100 },
    {
      kind: "t",
      name: "heartbeat",
      state: "idle",
      iteration: 0,
      clean: 0,
      event: 1,
      acked: 1,
      dropped: 0,
      boots: 1,
      temperatureMilliC: 25_000,
      throttle: 0,
      cycles: 0,
    },
  );

/** Two boots of a board; 3 lines missing in the first; a torn line, noise, and a run of 0xff between. */
const wire = Buffer.concat([
  Buffer.from(
    [heartbeat(1, 7), heartbeat(2, 7), heartbeat(6, 7), heartbeat(7, 7).slice(0, 20), ""].join("\n"),
  ),
  Buffer.from("noise\n"),
  Buffer.alloc(2_000, 0xff),
  Buffer.from(`\n${[heartbeat(1, 9), heartbeat(2, 9)].join("\n")}\n`),
]);

test("what came over a line is told apart and counted", async () => {
  const path = join(folder, "wire.bin");
  writeFileSync(path, wire);
  const seen: number[] = [];
  const tally = await tallyCapture(path, ({ seq }) => seen.push(seq));
  expect(seen).toEqual([1, 2, 6, 1, 2]);
  expect(tally).toMatchObject({
    bytes: wire.length,
    messages: 5,
    messagesByName: { "t heartbeat": 5 },
    linesLost: 3,
    boots: [
      { bootId: "00000007", lines: 3, linesLost: 3, lastUptimeMs: 600 },
      { bootId: "00000009", lines: 2, linesLost: 0, lastUptimeMs: 200 },
    ],
  });
  expect(tally.messages + tally.garbled).toBe(tally.lines);
  expect(Object.values(tally.garbledByReason).reduce((sum, count) => sum + count, 0)).toBe(tally.garbled);
  expect(JSON.parse((await radrig(["replay", path, "--json"])).stdout)).toEqual(tally);
});

test("a file that is not there is an environment that lacks it", async () => {
  const { code, stderr } = await radrig(["replay", join(folder, "none")]);
  expect(code).toBe(3);
  expect(stderr).toContain("no file or folder");
});
