import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { captureFiles, leastQuotaBytes, megabyte, openCapture } from "../../src/link/capture.ts";
import { piecesOf } from "../../src/link/capture-format.ts";
import { readCapture } from "../../src/link/capture-reader.ts";
import type { CaptureStep } from "../../src/link/capture-reader.ts";
import { linesOf } from "../../src/link/lines.ts";
import { replayPort } from "../../src/link/replay.ts";
import { linesFrom, portOf, textOf } from "./ports.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const options = () => ({ clock: virtualClock(), quotaBytes: 8 * megabyte });
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

async function stepsOf(folder: string): Promise<readonly CaptureStep[]> {
  const steps: CaptureStep[] = [];
  for await (const step of readCapture(captureFiles(folder))) steps.push(step);
  return steps;
}

/** What a capture tells of, byte for byte. */
async function received(folder: string): Promise<Buffer> {
  const parts = (await stepsOf(folder)).map((step) => {
    if (step.kind === "bytes") return Buffer.from(step.bytes);
    return step.kind === "run" ? Buffer.alloc(step.count, step.byte) : Buffer.alloc(0);
  });
  return Buffer.concat(parts);
}

/** Bytes that no run shortens, the same every time. */
function noise(length: number, seed = 1): Buffer {
  let state = seed;
  return Buffer.from(
    Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24),
  );
}

describe("a raw capture", () => {
  test("holds every byte with its time, and the port it came from", async () => {
    const folder = temporaryFolder();
    const { clock, quotaBytes } = options();
    const capture = openCapture(folder, "dut", { clock, quotaBytes });
    capture.opened("serial:usb-serial=Ä 1");
    capture.take(bytes("first\n"));
    await clock.sleep(1234.5);
    capture.take(Buffer.alloc(100, 0xff));
    capture.close();
    expect(await stepsOf(folder)).toEqual([
      { kind: "opened", tNs: 0, port: "serial:usb-serial=Ä 1" },
      { kind: "bytes", tNs: 0, bytes: bytes("first\n") },
      { kind: "run", tNs: 1_234_500_000, byte: 0xff, count: 100 },
    ]);
    expect(capture.counts()).toEqual({ bytes: 106, dropped: 0, failed: null });
  });

  test("gives back whatever came, however it was cut into chunks", async () => {
    const byte = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(0, 255) },
      fc.integer({ min: 0, max: 255 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(byte, { maxLength: 200 }), { maxLength: 20 }), async (pieces) => {
        const folder = temporaryFolder();
        const capture = openCapture(folder, "dut", options());
        for (const piece of pieces) capture.take(Uint8Array.from(piece));
        capture.close();
        const whole = Buffer.concat(pieces.map((piece) => Uint8Array.from(piece)));
        if (whole.length > 0) expect(await received(folder)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  test("takes a flood of one byte in next to no room", () => {
    const folder = temporaryFolder();
    const capture = openCapture(folder, "dut", options());
    for (let i = 0; i < 1024; i++) capture.take(Buffer.alloc(64 * 1024, 0xff));
    capture.close();
    expect(capture.counts()).toEqual({ bytes: 64 * megabyte, dropped: 0, failed: null });
    expect(statSync(captureFiles(folder)[0]!).size).toBeLessThan(100_000);
  });

  test("beyond its quota keeps the first and the last megabyte, and counts what it drops", async () => {
    const folder = temporaryFolder();
    const capture = openCapture(folder, "dut", { clock: virtualClock(), quotaBytes: leastQuotaBytes });
    const whole = noise(9 * megabyte);
    for (let at = 0; at < whole.length; at += 1500) capture.take(whole.subarray(at, at + 1500));
    capture.close();
    const spent = captureFiles(folder).reduce((sum, path) => sum + statSync(path).size, 0);
    expect(spent).toBeLessThanOrEqual(leastQuotaBytes);
    const steps = await stepsOf(folder);
    const dropped = steps.flatMap((step) => (step.kind === "dropped" ? [step.bytes] : []));
    expect(dropped).toEqual([capture.counts().dropped]);
    const kept = await received(folder);
    expect(kept.length + dropped[0]!).toBe(whole.length);
    // Heads of entries take a hundredth of the room.
    const part = Math.floor(megabyte * 0.99);
    expect(kept.subarray(0, part).equals(whole.subarray(0, part))).toBe(true);
    expect(kept.subarray(-part).equals(whole.subarray(-part))).toBe(true);
  });

  test("goes on beside the files of an earlier sitting, within what is left of the quota", async () => {
    const folder = temporaryFolder();
    for (const text of ["one", "two"]) {
      const capture = openCapture(folder, "dut", options());
      capture.take(bytes(text));
      capture.close();
    }
    expect(readdirSync(folder).sort()).toEqual(["dut.1.raw", "dut.2.raw"]);
    expect((await received(folder)).toString()).toBe("onetwo");
    expect((await stepsOf(folder)).some(({ kind }) => kind === "dropped")).toBe(false);
  });

  test("is on disk a second later, though it was never closed", async () => {
    const folder = temporaryFolder();
    const { clock, quotaBytes } = options();
    const capture = openCapture(folder, "dut", { clock, quotaBytes });
    capture.take(bytes("early"));
    await clock.sleep(1000);
    capture.take(bytes("late"));
    expect((await received(folder)).toString()).toBe("earlylate");
  });

  test("a disk that takes no more ends no run: what it does not take is counted", () => {
    const folder = temporaryFolder();
    const capture = openCapture(folder, "dut", options());
    // A folder stands where the file belongs: opening it fails as a broken disk does.
    mkdirSync(join(folder, "dut.1.raw"));
    capture.take(bytes("lost"));
    capture.take(bytes("too"));
    capture.close();
    expect(capture.counts()).toMatchObject({ bytes: 7, dropped: 7 });
    expect(capture.counts().failed).toMatch(/EEXIST|EISDIR/);
  });

  test("a disk that fills up in the middle costs what it did not take, counted, and no more", async () => {
    const folder = temporaryFolder();
    const program = `
      import { openCapture } from ${JSON.stringify(resolve(import.meta.dirname, "../../dist/src/link/capture.js"))};
      const clock = { epochUtc: "", nowNs: () => 0, sleep: () => Promise.resolve(), hold: () => ({}) };
      const capture = openCapture(${JSON.stringify(folder)}, "dut", { clock, quotaBytes: 8e6 });
      for (let i = 0; i < 100; i++) capture.take(Buffer.from("0123456789abcdef".repeat(256)));
      capture.close();
      console.log(JSON.stringify(capture.counts()));`;
    const command = `trap '' XFSZ; ulimit -f 128; exec "$0" --input-type=module -e "$1"`;
    const child = await promisify(execFile)("bash", ["-c", command, process.execPath, program]);
    const counts = JSON.parse(child.stdout) as ReturnType<ReturnType<typeof openCapture>["counts"]>;
    expect(counts.bytes).toBe(409_600);
    expect(counts.failed).toMatch(/EFBIG/);
    expect(counts.dropped).toBeGreaterThan(409_600 - 128 * 1024);
    expect(counts.dropped).toBeLessThanOrEqual(409_600);
    const kept = await received(folder);
    expect(kept.length).toBeLessThanOrEqual(128 * 1024);
    expect(kept.length + counts.dropped).toBeGreaterThanOrEqual(409_600);
  });
});

describe("reading a capture", () => {
  test("cut at every byte, it gives what is whole and says how much is not", async () => {
    const folder = temporaryFolder();
    const capture = openCapture(folder, "dut", options());
    capture.opened("port");
    for (const text of ["ab", "cde", "f".repeat(40)]) capture.take(bytes(text));
    capture.close();
    const file = readFileSync(captureFiles(folder)[0]!);
    for (let cut = 0; cut < file.length; cut++) {
      const torn = join(temporaryFolder(), "dut.1.raw");
      writeFileSync(torn, file.subarray(0, cut));
      let text = "";
      let unreadable = 0;
      for await (const step of readCapture([torn])) {
        if (step.kind === "bytes") text += Buffer.from(step.bytes).toString();
        if (step.kind === "run") text += "f".repeat(step.count);
        if (step.kind === "unreadable") unreadable += step.bytes;
      }
      expect(`abcde${"f".repeat(40)}`.startsWith(text)).toBe(true);
      expect(unreadable).toBeLessThanOrEqual(cut);
      if (cut > 0 && text === "") expect(unreadable).toBeGreaterThanOrEqual(0);
    }
  });

  test("no file's content makes it fail or run on for ever", async () => {
    const header = bytes("radrig-raw 1 offset=0 port=x\n");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (content, headed) => {
        const path = join(temporaryFolder(), "dut.1.raw");
        writeFileSync(path, headed ? Buffer.concat([header, content]) : content);
        let told = 0;
        for await (const step of readCapture([path])) told += step.kind === "unreadable" ? step.bytes : 1;
        expect(told).toBeLessThanOrEqual(content.length + header.length + 1);
      }),
      { numRuns: 300 },
    );
  });

  test("a damaged entry costs the rest of its file, not of the next", async () => {
    const folder = temporaryFolder();
    for (const text of ["one", "two"]) {
      const capture = openCapture(folder, "dut", options());
      capture.take(bytes(text));
      capture.close();
    }
    appendFileSync(captureFiles(folder)[0]!, "Xtorn");
    expect((await stepsOf(folder)).map(({ kind }) => kind)).toEqual(["bytes", "unreadable", "bytes"]);
  });

  test("runs are found wherever they stand", () => {
    const shape = (text: string): string =>
      [...piecesOf(bytes(text))]
        .map(({ run, bytes: piece }) => `${run ? "R" : "B"}${piece.length}`)
        .join(" ");
    expect(shape("a".repeat(31))).toBe("B31");
    expect(shape("a".repeat(32))).toBe("R32");
    expect(shape(`x${"a".repeat(40)}y${"b".repeat(31)}`)).toBe("B1 R40 B32");
    expect(shape(`${"a".repeat(33)}${"b".repeat(33)}`)).toBe("R33 R33");
    expect(shape("")).toBe("");
  });
});

describe("replaying", () => {
  test("a capture gives the lines that the port gave", async () => {
    const folder = temporaryFolder();
    const text = `$a 1*00\n${"\xff".repeat(3000)}\n\xfe\n$b 2*11\n`;
    const capture = openCapture(folder, "dut", options());
    const live = await linesFrom(
      linesOf(portOf([bytes(text.slice(0, 700)), bytes(text.slice(700))]), { capture }),
    );
    capture.close();
    expect(live).toHaveLength(6);
    expect(await linesFrom(linesOf(await replayPort(folder)()))).toEqual(live);
  });

  test("a file, a folder of files, or plain bytes", async () => {
    const folder = temporaryFolder();
    const capture = openCapture(folder, "dut", options());
    capture.take(bytes(`one\n${"z".repeat(200_000)}\n`));
    capture.close();
    const whole = `one\n${"z".repeat(200_000)}\n`;
    expect(await textOf(await replayPort(folder)())).toBe(whole);
    expect(await textOf(await replayPort(join(folder, "dut.1.raw"))())).toBe(whole);
    const plain = join(folder, "plain.txt");
    writeFileSync(plain, "just\nbytes");
    expect(await textOf(await replayPort(plain)())).toBe("just\nbytes");
  });

  test("a missing file, or a folder without captures, is said in one line", async () => {
    const folder = temporaryFolder();
    await expect(replayPort(join(folder, "none"))()).rejects.toMatchObject({ code: "port_missing" });
    await expect(replayPort(folder)()).rejects.toMatchObject({ code: "port_missing" });
  });

  test("a replay that is closed ends", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "plain"), Buffer.alloc(10_000_000, 97));
    const port = await replayPort(join(folder, "plain"))();
    let chunks = 0;
    for await (const chunk of port.chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      if (++chunks === 2) await port.close();
    }
    expect(chunks).toBe(2);
  });
});
