import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** Which rooms a room may import. `board/workloads` is a room of its own to `campaign`, which needs the judges alone. */
const mayImport: Record<string, readonly string[]> = {
  domain: [],
  "firmware-protocol": [],
  link: ["domain"],
  instruments: ["domain"],
  science: ["domain"],
  control: ["domain"],
  records: ["domain"],
  board: ["domain", "firmware-protocol"],
  rig: ["domain", "firmware-protocol", "link", "instruments"],
  campaign: ["domain", "science", "board/workloads"],
  report: ["domain", "science", "records"],
  emulator: ["domain", "firmware-protocol", "link", "board", "instruments/address", "instruments/checksum"],
  cli: ["*"],
};

/** npm packages that may be imported in one room alone. */
const packageRoom: Record<string, string> = {
  serialport: "link",
  "@serialport/parser-readline": "link",
  influx: "records",
  commander: "cli",
  "@lydell/node-pty": "emulator",
  "modbus-serial": "instruments",
};

const root = resolve(import.meta.dirname, "..");

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function roomOf(path: string): string {
  const [top, room] = path.split("/");
  return top === "src" ? room! : top!;
}

function importsOf(file: SourceFile): string[] {
  const pattern =
    /(?:^|[\s;}])(?:import|export)\s(?:[^"'`;]*?\sfrom\s+)?["']([^"']+)["']|import\s*\(\s*["'`]([^"'`]+)["'`]|import\s+["']([^"']+)["']/g;
  return [...file.text.matchAll(pattern)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

/** Every breach of the floor plan in these files, one sentence each. */
export function breaches(files: readonly SourceFile[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    const allowed = mayImport[room];
    if (allowed === undefined) {
      found.push(`${file.path}: undeclared room '${room}'`);
      continue;
    }
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith(".")) {
        const name = specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/");
        const owner = packageRoom[name];
        if (owner !== undefined && owner !== room) found.push(`${file.path}: '${name}' belongs to ${owner}/`);
        continue;
      }
      const target = relative(root, resolve(root, dirname(file.path), specifier));
      const other = roomOf(target);
      if (other === room || allowed.includes("*")) continue;
      const inner = target.replace(/^src\//, "");
      if (!allowed.some((place) => place === other || inner.startsWith(place)))
        found.push(`${file.path}: ${room} may not import ${inner}`);
    }
  }
  return [...found, ...cycles(files)];
}

function cycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => relative(root, resolve(root, dirname(file.path), specifier))),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

describe("the floor plan", () => {
  const files = [...sourceFiles("src"), ...sourceFiles("firmware-protocol")];

  test("there are files to look at, in every room that the plan names", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(100);
  });

  test("no file breaks it", () => {
    expect(breaches(files)).toEqual([]);
  });

  test.each([
    ["a type-only import upward", "src/domain/x.ts", 'import type { A } from "../cli/a.ts";'],
    ["a dynamic import of the emulator", "src/campaign/x.ts", 'await import("../emulator/world.ts");'],
    ["a re-export", "src/link/x.ts", 'export * from "../cli/a.ts";'],
    ["serialport outside link", "src/rig/x.ts", 'import { SerialPort } from "serialport";'],
    ["influx outside records", "src/report/x.ts", 'import { InfluxDB } from "influx";'],
    ["the board's agent in campaign", "src/campaign/x.ts", 'import { a } from "../board/agent.ts";'],
    ["an undeclared room", "src/utils/x.ts", ""],
    ["a side-effect import", "src/science/x.ts", 'import "../records/journal.ts";'],
  ])("a planted breach is found: %s", (_, path, text) => {
    expect(breaches([{ path, text }])).toHaveLength(1);
  });

  test("a planted cycle is found", () => {
    const planted = [
      { path: "src/domain/x.ts", text: 'import "./y.ts";' },
      { path: "src/domain/y.ts", text: 'import "./x.ts";' },
    ];
    expect(breaches(planted)).toHaveLength(1);
  });
});
