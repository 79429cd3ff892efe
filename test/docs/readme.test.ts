import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneHere, root } from "./clone.ts";
import { blocksOf } from "./markdown.ts";

/**
 * The README's commands, as they are written, in a clone. Two are run by `.ci/run` around this test and cannot be run within it:
 * installing what it runs on, and the tests themselves.
 */
const runByCi = ["npm ci", "npm test"];

const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = blocksOf(readme);
const commands = blocks
  .filter(({ info }) => info === "sh run")
  .flatMap(({ lines }) => lines.flatMap((line) => line.split(" && ")));
const here = commands.filter((command) => !runByCi.includes(command));

let clone = "";
let seen = "";
beforeAll(() => {
  clone = cloneHere();
});
afterAll(() => rmSync(clone, { recursive: true }));

describe("the README", () => {
  test("begins with the two commands that a newcomer types", () => {
    const [first, second] = blocks.filter(({ info }) => info === "sh run");
    expect([first?.lines, second?.lines]).toEqual([["npm ci && npm start"], ["npm ci && npm test"]]);
    const firstScreen = readme.split("\n").slice(0, 50).join("\n");
    expect(firstScreen).toContain("npm ci && npm start");
    expect(firstScreen).toContain("npm ci && npm test");
  });

  test.each(runByCi)("%s is run by .ci/run", (command) =>
    expect(readFileSync(join(root, ".ci/run"), "utf8")).toMatch(
      new RegExp(`^(timeout .*)?${command} </dev/null`, "m"),
    ),
  );

  // In the order of the page: what one makes, the next one reads.
  test.each(here)("%s", { timeout: 300_000 }, async (command) => {
    const { stdout } = await promisify(execFile)("bash", ["-c", command], {
      cwd: clone,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, npm_config_update_notifier: "false" },
    });
    expect(stdout).not.toBe("");
    seen += stdout;
  });

  test("shows what is really seen", () => {
    const shown = blocks.filter(({ info }) => info === "text seen").flatMap(({ lines }) => lines);
    expect(shown.length).toBeGreaterThan(5);
    const lines = new Set(seen.split("\n"));
    expect(shown.filter((line) => line !== "…" && !lines.has(line))).toEqual([]);
  });
});
