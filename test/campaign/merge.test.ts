import { expect, test } from "vitest";
import { alone, merge } from "../../src/campaign/merge.ts";
import type { Rec } from "../../src/domain/records.ts";

function note(text: string): Rec {
  return { type: "note", tNs: 0, run: null, level: "info", text };
}
const textOf = (record: Rec): string => (record.type === "note" ? record.text : "");

async function* lane(name: string, count: number, log: string[]): AsyncGenerator<Rec, void> {
  for (let i = 0; i < count; i++) {
    yield note(`${name}${i}`);
    log.push(`${name}${i} durable`);
  }
  await Promise.resolve();
}

test("every record comes out once, each lane's in its order, and lanes ready together share a batch", async () => {
  const batches: string[][] = [];
  for await (const batch of merge([alone(lane("a", 5, [])), alone(lane("b", 3, []))]))
    batches.push(batch.map(textOf));
  const all = batches.flat();
  expect(all.filter((text) => text.startsWith("a"))).toEqual(["a0", "a1", "a2", "a3", "a4"]);
  expect(all.filter((text) => text.startsWith("b"))).toEqual(["b0", "b1", "b2"]);
  expect(batches[0]).toEqual(["a0", "b0"]);
});

test("a lane goes on only after the consumer asked again: that is what makes its record durable", async () => {
  const log: string[] = [];
  const merged = merge([alone(lane("a", 2, log))]);
  await merged.next();
  await new Promise((done) => setImmediate(done));
  expect(log).toEqual([]);
  await merged.next();
  expect(log).toEqual(["a0 durable"]);
});

test("a lane that throws ends the merge with its error, after the records that were ready", async () => {
  async function* broken(): AsyncGenerator<Rec, void> {
    yield note("first");
    await Promise.resolve();
    throw new Error("port gone");
  }
  const seen: string[] = [];
  await expect(
    (async () => {
      for await (const batch of merge([alone(broken()), alone(lane("b", 100, []))]))
        seen.push(...batch.map(textOf));
    })(),
  ).rejects.toThrow("port gone");
  expect(seen).toContain("first");
});
