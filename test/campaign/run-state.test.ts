import { expect, test } from "vitest";
import { mayGo } from "../../src/campaign/run-state.ts";
import { runStates } from "../../src/domain/records.ts";

/** The whole table, written out by hand from REC-7: idle → armed → running ⇄ paused → stopping → done. */
const legal = new Set([
  "idle armed",
  "idle done",
  "armed running",
  "armed stopping",
  "running paused",
  "running stopping",
  "paused running",
  "paused stopping",
  "stopping done",
]);

test.each(runStates.flatMap((from) => runStates.map((to) => [from, to] as const)))("%s → %s", (from, to) => {
  expect(mayGo(from, to)).toBe(legal.has(`${from} ${to}`));
});
