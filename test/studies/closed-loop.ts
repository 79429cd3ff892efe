import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../src/cli/package-root.ts";
import { boundOfLnRate, eventsOf, rateAt } from "./closed-loop-bound.ts";
import { chunksOf, runChunks } from "./closed-loop-chunks.ts";
import { expectedEvents } from "./closed-loop-campaign.ts";
import { bitRateIn, loopOrbit } from "./closed-loop-orbit.ts";
import { loopPlan } from "./closed-loop-plan.ts";
import { environmentLnSigma } from "./closed-loop-seeds.ts";
import type { Held, LoopSeed } from "./closed-loop-seeds.ts";
import { leastCovered } from "./expected.ts";

/**
 * From counts to orbit and back to the truth, over seeds 1..N:
 *
 *   rig file ─σ, cells an event─→ λ(SDC) in orbit ───────────────────────────────────────────────┐
 *       └──→ counts of a beam campaign and strikes ─calibrate→ posterior ─predict→ 95 % interval ─┴─ holds it?
 *
 * The campaign is its count model here; the bench itself is closed-loop-bench.ts.
 */
export interface LoopCoverage {
  readonly seeds: number;
  readonly covered: number;
  readonly below: number;
  readonly above: number;
  /** Fewer than this happen by chance once in a thousand studies where 95 % are promised. */
  readonly atLeast: number;
  /** Median, over that of the bound. */
  readonly width: number;
  /** Mean share of the draws below the truth: ½ where the interval lies evenly about it. */
  readonly rank: number;
}

const alpha = 1e-3;
export const widest = 1.2;

export function coverageOf(seeds: readonly Held[]): LoopCoverage {
  const count = (truth: number): number => seeds.filter((seed) => seed.truth === truth).length;
  const widths = seeds.map(({ width }) => width).sort((a, b) => a - b);
  return {
    seeds: seeds.length,
    covered: count(0),
    below: count(-1),
    above: count(1),
    atLeast: leastCovered(seeds.length, 0.95, alpha),
    width: widths[widths.length >> 1]!,
    rank: seeds.reduce((sum, { rank }) => sum + rank, 0) / seeds.length,
  };
}

export function holds({ covered, atLeast, width }: LoopCoverage): boolean {
  return covered >= atLeast && width <= widest;
}

/** Of ln(width) against ln(exposure), by least squares. */
export function slopeOf(points: readonly { readonly exposure: number; readonly width: number }[]): number {
  const xs = points.map(({ exposure }) => Math.log(exposure));
  const ys = points.map(({ width }) => Math.log(width));
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const [up, across] = xs.reduce<[number, number]>(
    ([u, a], x, i) => [u + (x - x0) * (ys[i]! - y0), a + (x - x0) ** 2],
    [0, 0],
  );
  return up / across;
}

const chunk = 50;
const exposures = [1, 2, 4, 8] as const;
/** A shorter campaign beside: told, and nothing is asked of it. */
const half = 0.5;
const worker = fileURLToPath(new URL("./closed-loop-worker.js", import.meta.url));

interface Job {
  readonly exposure: number;
  readonly seeds: number;
}

async function seedsOf(jobs: readonly Job[]): Promise<LoopSeed[][]> {
  const lists = jobs.flatMap(({ exposure, seeds }) =>
    chunksOf(seeds, chunk).map((ends) => [exposure, ...ends] as const),
  );
  const printed = await runChunks(worker, lists);
  return jobs.map(({ exposure }) =>
    lists.flatMap(([of], i) => (of === exposure ? (JSON.parse(printed[i]!) as LoopSeed[]) : [])),
  );
}

export async function closedLoopReport(): Promise<readonly string[]> {
  const seeds = Number(process.env["SEEDS"] ?? 5000);
  const few = Math.min(seeds, 50);
  const some = Math.min(seeds, 250);
  const jobs: Job[] = exposures.map((exposure) => ({ exposure, seeds: exposure === 1 ? seeds : few }));
  const found = await seedsOf([...jobs, { exposure: half, seeds: some }]);
  const short = coverageOf(found.at(-1)!.map((seed) => seed.exact));
  const [exact, drawn] = (["exact", "drawn"] as const).map((which) =>
    coverageOf(found[0]!.map((seed) => seed[which])),
  ) as [LoopCoverage, LoopCoverage];
  const parts = loopOrbit();
  const bitRate = bitRateIn(parts);
  const points = exposures.map((exposure, i) => {
    const plan = loopPlan(exposure);
    const bound = boundOfLnRate(plan, { bitRate });
    const part = coverageOf(found[i]!.slice(0, few).map((seed) => seed.exact));
    return { exposure, width: part.width * 2 * 1.959964 * bound, ratio: part.width, plan };
  });
  const slope = slopeOf(points);
  const rate = rateAt(loopPlan(1), { bitRate });
  const fixedScale = (exposure: number): string => {
    const plan = loopPlan(1);
    const longer = plan.sessions.map((session) => ({
      ...session,
      beams: session.beams.map(({ at, fluencePerCm2 }) => ({ at, fluencePerCm2: fluencePerCm2 * exposure })),
    }));
    const bound = boundOfLnRate({ ...plan, sessions: longer, strikes: plan.strikes * exposure }, { bitRate });
    return (2 * 1.959964 * bound).toFixed(3);
  };
  const row = (
    name: string,
    { seeds: n, covered, atLeast, below, above, width, rank }: LoopCoverage,
  ): string =>
    `| ${name} | ${covered} of ${n} | ${atLeast} | ${below} | ${above} | ${width.toFixed(3)} | ${rank.toFixed(3)} |`;
  const lines = [
    "| | intervals that hold the truth | at least | truth below | truth above | median width, of the bound's | mean rank |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    row("(a) environment as it is", exact),
    row("(c) environment drawn from its uncertainty", drawn),
    row("(a) at half of the exposure, of which nothing is asked", short),
  ];
  const slopes = [
    "| exposure | least events of a structure and species | median width, of λ | of the bound's | bound in one session of that length |",
    "| --- | --- | --- | --- | --- |",
    ...points.map(
      ({ exposure, width, ratio, plan }) =>
        `| ${exposure} | ${leastEvents(plan).toFixed(0)} | ${width.toFixed(4)} | ${ratio.toFixed(3)} | ${fixedScale(exposure)} |`,
    ),
  ];
  const asked =
    seeds === 5000
      ? ""
      : ` The aim is 5,000 seeds, of which 4,701 are to hold: this report is of ${seeds}, for which the same chance allows ${exact.atLeast}.`;
  const events = loopPlan(1).structures.map(
    (structure) => `${structure.name} ${eventsOf(loopPlan(1), structure).toFixed(0)}`,
  );
  writeFileSync(
    join(packageRoot, "docs/studies/closed-loop.md"),
    `# From counts to orbit, and back to the truth

What is compared stands in \`test/studies/closed-loop.ts\`; \`npm run study -- closed-loop\` does it again. The truth is a rig file's (\`closed-loop-rig.ts\`): upsets a bit of two structures against proton energy
and LET, and cells an event. Its rate of silent data corruption at 650 km, 98°, solar minimum, behind 2.54 mm of aluminium is ${rate.toExponential(3)} a second: cross-section × bits × vulnerability, integrated over the
very environment that the prediction takes. The campaign is its count model: Poisson events at five proton energies and six LETs, one fluence scale a session (5 %, drawn), binomial strikes of one to three cells
(800 each), multinomial cells an event; ${events.join(" and ")} events to expect. Calibration and prediction are those of \`radrig calibrate\` and \`radrig predict\`: joint posterior over a session, composition, boxes and
integrals, interval from the 2.5 % and 97.5 % draws. Seeds are 1 to ${seeds}, none chosen.${asked}

${lines.join("\n")}

*At least*: fewer happen once in a thousand studies if the intervals hold 95 %. The bound is the expected information of the count model at the truth, with the sessions' scales drawn, by the delta method (\`closed-loop-bound.ts\`):
a standard deviation of ln λ of ${boundOfLnRate(loopPlan(1), { bitRate }).toFixed(4)} by counting, and of ${environmentLnSigma(loopPlan(1), parts).toFixed(3)} by the environment (orbital-model.md, section 11), which (c) draws for each seed and the interval includes. At most ${widest} times
the bound is asked. *Rank*: share of the draws below the truth, ½ on the mean where the interval lies evenly about it. The truth lies somewhat below the middle, the more the fewer the events: the shapes' priors put some of their weight on lower
onsets, and so on higher rates.

## Width against exposure

Exposure is beam time and strikes: so many sessions, each calibrated by itself. Seeds 1 to ${few} each. Slope of ln width against ln exposure: **${slope.toFixed(3)}**; −0.5 ± 0.05 is asked while every structure has more than 100 events.

${slopes.join("\n")}

The last column is what the slope does not show: exposure gathered in one session of one calibration. Its fluence error of 5 % a species does not shrink, and the width ends on it.
`,
  );
  const told = [...lines, "", ...slopes, "", `slope ${slope.toFixed(3)}`];
  if (!holds(exact) || !holds(drawn) || Math.abs(slope + 0.5) > 0.05) throw new Error(told.join("\n"));
  return [...told, "written to docs/studies/closed-loop.md"];
}

function leastEvents({ structures, sessions }: ReturnType<typeof loopPlan>): number {
  return Math.min(
    ...structures.flatMap((structure) =>
      (["proton", "ion"] as const).map((species) =>
        sessions
          .filter((session) => session.species === species)
          .flatMap((session) => expectedEvents(structure, session))
          .reduce((sum, n) => sum + n, 0),
      ),
    ),
  );
}
