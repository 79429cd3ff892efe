import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { captureFiles } from "../../src/link/capture.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const megabytes = Number(process.env["FLOOD_MB"] ?? 64);
const program = resolve(import.meta.dirname, "../../dist/test/link/flood-child.js");

interface Report {
  readonly bytesIn: number;
  readonly bytesCut: number;
  readonly linesIn: number;
  readonly garbled: number;
  readonly capture: { readonly bytes: number; readonly dropped: number };
  readonly grownMB: number;
  readonly seconds: number;
}

describe("a board that babbles", () => {
  test(`${megabytes} MB of 0xFF grow memory by less than 50 MB, every byte accounted for`, async () => {
    const folder = temporaryFolder();
    const child = await promisify(execFile)(process.execPath, [
      program,
      String(megabytes),
      join(folder, "raw"),
    ]);
    const report = JSON.parse(child.stdout) as Report;
    const bytes = megabytes * 1024 * 1024;
    expect(report).toMatchObject({
      bytesIn: bytes,
      linesIn: bytes / 1024,
      garbled: bytes / 1024,
      capture: { bytes, dropped: 0 },
    });
    // The last piece is as long as the guard allows, and ended by the port's own end.
    expect(report.bytesCut).toBe(bytes - 1024);
    expect(report.grownMB).toBeLessThan(50);
    const kept = captureFiles(join(folder, "raw")).reduce((sum, path) => sum + statSync(path).size, 0);
    expect(kept).toBeLessThan(8 * 1024 * 1024);
    console.log(`flood: ${megabytes} MB in ${report.seconds.toFixed(2)} s, +${report.grownMB.toFixed(1)} MB`);
  }, 600_000);
});
