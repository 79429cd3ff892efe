import type { Rec } from "../../domain/records.ts";
import { taskOf } from "../../domain/task.ts";
import type { MemoryReading } from "./observed.ts";

/** Of each run, by its number. */
export type Readings = ReadonlyMap<number, readonly MemoryReading[]>;

/** A run that has more is known well enough, and memory is bounded. */
const mostReadings = 20_000;

/**
 *   journal ─beam events of memory tests→ wrong bits, iteration by iteration ─→ cells an event, stuck bits
 *
 * Repeats are in: a bit that is wrong again after its word was written is what tells a stuck bit from an upset.
 */
export function createReadings(): { readonly add: (record: Rec) => void; readonly readings: Readings } {
  const readings = new Map<number, MemoryReading[]>();
  const seen = new Map<number, Set<number>>();
  return {
    readings,
    add: (record) => {
      if (record.type === "run_start") {
        const isTest = record.runKind === "beam" && taskOf(record.workload) === "memory";
        if (isTest && !readings.has(record.run)) readings.set(record.run, []);
        return;
      }
      if (record.type !== "beam_event" || record.evidence === null) return;
      const list = readings.get(record.run);
      if (list === undefined || list.length >= mostReadings || record.outcome === "unattributed") return;
      const numbers = seen.get(record.run) ?? new Set();
      seen.set(record.run, numbers);
      if (numbers.has(record.number)) return;
      numbers.add(record.number);
      const { elements, truncated, iteration } = record.evidence;
      if (elements.length === 0) return;
      const words = elements.map(({ index, expected, got }) => ({
        word: index,
        wrong: (expected ^ got) >>> 0,
      }));
      list.push({ iteration, words, truncated });
    },
  };
}
