import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decode, encode } from "../../firmware-protocol/codec.ts";
import {
  capabilities,
  garbledReasons,
  maxLineBytes,
  protocolVersion,
  refusals,
} from "../../firmware-protocol/messages.ts";
import type { MessageOf } from "../../firmware-protocol/messages.ts";
import { checkVector } from "./vectors.ts";
import type { Vector } from "./vectors.ts";
import { accepted, messageTypes } from "./samples.ts";

/** PROTOCOL.md is what strangers build boards from: it is held against the code, table by table and line by line. */
const page = readFileSync(join(import.meta.dirname, "../../firmware-protocol/PROTOCOL.md"), "utf8");

/** The part of the page under a heading, up to the next one of the same or a higher level. */
function section(heading: string): string {
  const level = /^#+/.exec(heading)![0].length;
  const from = page.indexOf(`\n${heading}\n`);
  if (from === -1) throw new Error(`PROTOCOL.md has no heading '${heading}'`);
  const body = page.slice(from + heading.length + 2);
  const end = body.search(new RegExp(`^#{1,${level}} `, "m"));
  return end === -1 ? body : body.slice(0, end);
}

/** The cells of the first table that begins with this column, without their back-ticks. */
function table(text: string, firstColumn: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} `));
  if (start === -1) return [];
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  return lines.slice(start + 2, end === -1 ? undefined : end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1")),
  );
}

const headings = { c: "### Commands", a: "### Answers", e: "### Events", t: "### Telemetry" } as const;

describe("tables", () => {
  test("every message stands under its kind, in the order of messages.ts, and no other", () => {
    for (const kind of ["c", "a", "e", "t"] as const) {
      const onPage = [...section(headings[kind]).matchAll(/^#### `(.*)`$/gm)].map((match) => match[1]);
      expect(onPage).toEqual(messageTypes.filter((type) => type.kind === kind).map(({ name }) => name));
    }
  });

  test.each(messageTypes)("$kind $name: keys and types, in the order of the wire", ({ name, fields }) => {
    const text = section(`#### \`${name}\``);
    const onPage = table(text, "key").map(([key, type]) => [key, type]);
    expect(onPage).toEqual(Object.values(fields).map(({ key, type }) => [key, type.name]));
    if (onPage.length === 0) expect(text).toContain("No fields.");
  });

  test.each(messageTypes)("$kind $name: every number says its unit", ({ name }) => {
    const numbers = table(section(`#### \`${name}\``), "key").filter(([, type]) => /^[ui]\d+$/.test(type!));
    expect(numbers.filter(([, , unit]) => unit === "")).toEqual([]);
  });

  test("every type is explained", () => {
    const explained = table(section("## Values"), "type").flatMap(([cell]) => cell!.split(/[` ]+/));
    for (const { fields } of messageTypes)
      for (const { type } of Object.values(fields))
        for (const word of type.name
          .replace(/^list of up to \d+ /, "")
          .split(" ")
          .slice(0, 1))
          expect(explained, type.name).toContain(word);
  });

  test("letters of the capabilities", () => {
    const row = table(section("## Values"), "type").find(([type]) => type === "capabilities")!;
    const onPage = [...row[1]!.matchAll(/`(.)` (\w+)/g)].map((match) => [match[1], match[2]]);
    for (const [letter, word] of onPage) expect(capabilities.parse(letter!)).toEqual([word]);
    expect(capabilities.print(onPage.map(([, word]) => word as "run"))).toBe(
      onPage.map(([letter]) => letter).join(""),
    );
  });

  test("refusals, in the order they count", () => {
    expect(table(section("## Refusals"), "why").map(([why]) => why)).toEqual([...refusals]);
  });

  test("rules of a line, in the order they are looked at", () => {
    expect(table(section("## Lines"), "reason").map(([reason]) => reason)).toEqual([...garbledReasons]);
  });

  test("version and longest line", () => {
    expect(page).toContain(`# The radrig firmware protocol, version ${protocolVersion}\n`);
    expect(page).toContain(`at most **${maxLineBytes} bytes** with its LF`);
  });
});

describe("the session", () => {
  const session = [...section("## A session").matchAll(/^([<>]) (\$.*)$/gm)].map((match) => ({
    up: match[1] === "<",
    line: match[2]!,
  }));

  test.each(session)("$line", ({ line, up }) => {
    const message = accepted(line);
    expect(encode(message, message)).toBe(line);
    expect(message.kind === "c").toBe(!up);
  });

  test("every command but ack is answered once, in order, and events and lines count on", () => {
    const sent = session.map(({ line }) => accepted(line));
    const commands = sent.filter((message) => message.kind === "c" && message.name !== "ack");
    const answers = sent.filter((message) => message.kind === "a");
    expect(answers.map(({ re }) => re)).toEqual(commands.map(({ seq }) => seq));
    for (const boot of new Set(sent.map((message) => message.boot))) {
      const events = sent.filter((message) => message.kind === "e" && message.boot === boot);
      expect(events.map((message) => (message as MessageOf<"done">).event)).toEqual(
        events.map((_, i) => i + 1),
      );
    }
    expect(sent.length).toBeGreaterThan(25);
  });

  test("its struck word differs by the mask of its strike", () => {
    const messages = session.map(({ line }) => accepted(line));
    const strike = messages.find((message) => message.name === "strike")!;
    const struck = messages.find((message) => message.name === "struck")!;
    expect((struck.before ^ struck.after) >>> 0).toBe(strike.mask);
  });
});

describe("the vectors on the page", () => {
  const vectors = [...section("## Vectors").matchAll(/^\{.*\}$/gm)].map(([json]) => json);

  test("are there, accepted and refused", () => {
    expect(vectors.filter((json) => json.includes('"message"')).length).toBeGreaterThan(3);
    expect(vectors.filter((json) => json.includes('"reason"')).length).toBeGreaterThan(3);
  });

  test.each(vectors)("%s", (json) => {
    checkVector(JSON.parse(json) as Vector);
  });

  test("a wrong one is seen", () => {
    const [golden] = vectors;
    expect(() => checkVector(JSON.parse(golden!.replace('"hb":"500"', '"hb":"501"')) as Vector)).toThrow();
    expect(decode("").kind).toBe("garbled");
  });
});
