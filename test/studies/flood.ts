import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";

/** One gigabyte of 0xFF into a port (test/link/flood-child.ts); CI runs the same with 64 MB. */
const megabytes = 1024;
const mostGrowthMB = 50;

interface Flooded {
  readonly bytesIn: number;
  readonly capture: { readonly dropped: number };
  readonly grownMB: number;
  readonly seconds: number;
}

export function floodReport(): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "radrig-flood-"));
  try {
    const program = join(packageRoot, "dist/test/link/flood-child.js");
    const printed = execFileSync(process.execPath, [program, String(megabytes), folder], {
      encoding: "utf8",
    });
    const report = JSON.parse(printed) as Flooded;
    const lines = [
      `bytes in: ${report.bytesIn} of ${megabytes * 1024 * 1024}; dropped unaccounted: ${report.capture.dropped}`,
      `memory grew by ${report.grownMB.toFixed(1)} MB (allowed: ${mostGrowthMB} MB)`,
      `${report.seconds.toFixed(1)} s`,
    ];
    writeFileSync(
      join(packageRoot, "docs/studies/flood.md"),
      `# A gigabyte of 0xFF\n\nThrough a real port, the line guard, the raw capture and the codec: \`npm run study -- flood\`.\n\n${lines.map((line) => `- ${line}\n`).join("")}`,
    );
    if (report.grownMB >= mostGrowthMB || report.bytesIn !== megabytes * 1024 * 1024)
      throw new Error(lines.join("\n"));
    return lines;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
