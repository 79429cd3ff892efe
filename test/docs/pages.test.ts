import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { exitCodeHelp } from "../../src/cli/exit-codes.ts";
import { createOutput } from "../../src/cli/output.ts";
import { createProgram } from "../../src/cli/program.ts";
import { effects, outcomes } from "../../src/domain/outcome.ts";
import { root, trackedFiles } from "./clone.ts";
import { anchorsOf, blocksOf, linksOf, pathsOf } from "./markdown.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
/** Tables without the padding of their columns. */
const squeezed = (path: string): string => read(path).replace(/ +/g, " ");
const tracked = trackedFiles();
/** A file of the clone, or a folder that holds one: an empty folder is in no clone. */
const isTracked = (path: string): boolean =>
  tracked.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`));
const pages = tracked.filter((path) => path.endsWith(".md") && existsSync(join(root, path)));

describe("every page", () => {
  test("is looked at", () =>
    expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/vocabulary.md"])));

  test.each(pages)("%s: what it links to is there", (page) => {
    const broken = linksOf(read(page)).filter((link) => {
      const [path, anchor] = link.split("#");
      const target =
        path === "" || path === undefined ? join(root, page) : resolve(root, dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test.each(pages)("%s: the paths it names are there", (page) => {
    const missing = pathsOf(read(page)).filter((path) => !/[*<…]/.test(path) && !isTracked(path));
    expect(missing).toEqual([]);
  });
});

describe("a command in a page", () => {
  const program = createProgram(createOutput(process.stdout, process.stderr, {}, false));
  const commands = pages.flatMap((page) =>
    blocksOf(read(page))
      .filter(({ info }) => /^(sh|console)\b/.test(info))
      .flatMap(({ lines }) => lines.flatMap((line) => line.split("&&")))
      .map((line) => line.trim().replace(/^\$ /, ""))
      .filter((line) => /^(npx )?radrig /.test(line))
      .map((line) => [page, line] as const),
  );

  test("is found", () => expect(commands.length).toBeGreaterThan(5));

  test.each(commands)("%s: %s", (_, line) => {
    const words = line.replace(/^(npx )?radrig /, "").split(/\s+/);
    let verb: Command = program;
    while (words.length > 0) {
      const next = verb.commands.find((command) => command.name() === words[0]);
      if (next === undefined) break;
      verb = next;
      words.shift();
    }
    const known = new Set(["--help", "--version", "--no-color", ...verb.options.map(({ long }) => long)]);
    expect(words.filter((word) => word.startsWith("--") && !known.has(word))).toEqual([]);
    expect(verb !== program || words[0]?.startsWith("--")).toBe(true);
  });
});

describe("the tables agree with the code", () => {
  test("exit codes in the README", () => {
    for (const [code, meaning] of exitCodeHelp)
      expect(squeezed("README.md")).toContain(`| ${code} | ${meaning} |`);
  });

  test("every outcome and effect has its word", () => {
    const words = squeezed("docs/vocabulary.md").toLowerCase();
    const spelled = (name: string): string => name.replace(/([A-Z])/g, " $1").toLowerCase();
    for (const outcome of outcomes) expect(words).toContain(`| ${spelled(outcome)} |`);
    const effectWords: Readonly<Record<string, string>> = {
      sel_micro: "micro-sel",
      current_step: "current step",
      stuck_bit: "stuck bit",
    };
    for (const effect of effects)
      expect(words).toContain(`| ${effectWords[effect] ?? (effect.startsWith("sefi") ? "sefi" : effect)} |`);
  });

  test("every decision has its four parts", () => {
    const decisions = pages.filter((page) => page.startsWith("docs/decisions/"));
    expect(decisions.length).toBeGreaterThan(5);
    for (const page of decisions) {
      expect(read(page)).toMatch(/^# \d{4} .+\n\nStatus: (proposed|accepted|superseded by \d{4})\n/);
      for (const part of ["Context", "Decision", "Consequences"])
        expect(read(page)).toContain(`\n## ${part}\n`);
    }
  });
});
