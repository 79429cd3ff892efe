import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { garbledReasons } from "../../firmware-protocol/messages.ts";
import { messageTypes } from "./samples.ts";
import { checkVector } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** The vectors come from elsewhere than the codec they test: from the Python reference, or by hand. */
const folder = join(import.meta.dirname, "../../firmware-protocol/vectors");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => ({
    name,
    vectors: readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Vector),
  }));
const all = files.flatMap(({ vectors }) => vectors);

describe.each(files)("$name", ({ vectors }) => {
  test(`the codec agrees with its ${vectors.length} lines`, () => {
    for (const vector of vectors) checkVector(vector);
    expect(vectors.length).toBeGreaterThan(0);
  });
});

test.each(messageTypes)("there is a golden line of $kind $name", ({ kind, name }) => {
  const golden = all.filter(
    (vector) => "message" in vector && vector.message.kind === kind && vector.message.name === name,
  );
  expect(golden.length).toBeGreaterThan(0);
});

test("there is a mangled line for every rule", () => {
  const reasons = new Set(all.flatMap((vector) => ("reason" in vector ? [vector.reason] : [])));
  expect([...reasons].sort()).toEqual(garbledReasons.toSorted());
});
