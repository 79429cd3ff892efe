import { multiplicityOf } from "../fit/multiplicity.ts";
import { memoryEvents } from "./memory-events.ts";
import type { Multiplicity, Vulnerability } from "./model.ts";
import type { Observed } from "./observed.ts";
import { seenShares, testedBy } from "./seen-shares.ts";

/** Cells an event of each memory that a test read back, from beams on boards with no code at work. */
export function multiplicitiesOf(
  all: readonly Observed[],
  vulnerabilities: readonly Vulnerability[],
): { readonly found: Multiplicity[]; readonly findings: readonly string[] } {
  const seen = seenShares(vulnerabilities, []);
  const sizes = new Map<string, number[]>();
  const sources = new Map<string, Set<number>>();
  const findings: string[] = [];
  for (const [source, { runs, name }] of all.entries())
    for (const run of runs) {
      const memory = run.kind === "beam" ? testedBy(run, seen) : null;
      if (memory === null) continue;
      const events = memoryEvents(run, run.bits.get(memory) ?? 0);
      if (events === null || events.sizes.length === 0) continue;
      sizes.set(memory, [...(sizes.get(memory) ?? []), ...events.sizes]);
      sources.set(memory, (sources.get(memory) ?? new Set()).add(source));
      if (events.stuck > 0)
        findings.push(
          `${name}, run ${run.number}: ${events.stuck} cells of ${memory} came back after they were written: stuck, and in no rate.`,
        );
      if (events.unread > 0)
        findings.push(
          `${name}, run ${run.number}: ${events.unread} readings of ${memory} were too wrong for single upsets, or not listed whole (elements in the plan): left out of its events.`,
        );
    }
  return {
    found: [...sizes].sort().map(([structure, counted]) => {
      const { sizes: bySize, confidence } = multiplicityOf(
        counted,
        counted.reduce((a, b) => Math.max(a, b), 1),
      );
      return {
        structure,
        events: bySize.map(({ events }) => events),
        shares: bySize.map(({ cells, events, share, lower, upper }) => ({
          multiplicity: cells,
          value: share,
          unit: "1",
          lower,
          upper,
          confidence,
          method: "dirichlet, jeffreys",
          events,
          limitOnly: events === 0,
        })),
        sources: [...sources.get(structure)!],
      };
    }),
    findings,
  };
}
