import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * Nothing in these rooms holds anything between two calls (time, chance and state are arguments), so their files may share a process: half of what the short ones
 * cost was starting one for each and loading the same modules into it. Whatever starts processes, holds ports, measures memory or computes for long has its own.
 */
const together = [
  "test/{domain,report,science}/**/*.test.ts",
  "test/emulator/**/!(fabric-over-ptys|file-socket|kept-info-rom|over-ptys).test.ts",
  "test/firmware-protocol/**/!(flips|mutants).test.ts",
  "test/rig/**/!(conformance).test.ts",
];

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    globalSetup: "test/global-setup.ts",
    // One more than cores: some files wait for processes and ports rather than compute.
    maxWorkers: availableParallelism() + 1,
    reporters: process.env["CI"] ? ["default", "json"] : ["default"],
    outputFile: { json: "artifacts/tests.json" },
    // In the order of their names: the long files first, so that none is left running alone at the end.
    projects: [
      { test: { name: "apart", include: ["test/**/*.test.ts"], exclude: together, ...timeouts } },
      { test: { name: "together", include: together, isolate: false, ...timeouts } },
    ],
  },
});
