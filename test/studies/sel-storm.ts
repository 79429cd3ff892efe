import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import type { RailEventRec } from "../../src/domain/rail-event.ts";
import type { RailTruth } from "../../src/emulator/truth.ts";
import { exposure, ofType } from "../campaign/emulated.ts";
import { latchCampaign, latchRig } from "../campaign/latch-up-bench.ts";

/**
 * A storm of latch-ups under a beam, on an emulated Korad behind its own protocol: one every 30 s, and between two of them a load step
 * of the same board. What the record says is held against what the world did, one by one, and the live time against the time in which
 * the world had the board at work under the open shutter.
 */
export interface SelStorm {
  readonly asked: number;
  /** What the world did. */
  readonly latchUps: number;
  readonly loadSteps: number;
  readonly trips: number;
  /** Latch-ups and load steps of the world that have their own record, in order, none left over on either side. */
  readonly countedLatchUps: number;
  readonly countedLoadSteps: number;
  /** Rail events and effects that are neither. */
  readonly others: readonly string[];
  /** Cuts seen off, off after their rest of at least 4 s, and on again with the current below hold. */
  readonly verifiedOff: number;
  readonly verifiedRest: number;
  readonly verifiedOn: number;
  readonly overLimit: number;
  readonly longestOverLimitMs: number;
  readonly liveSeconds: number;
  readonly trueLiveSeconds: number;
  readonly functionalChecksPassed: number;
}

const periodSeconds = 30;
/** Of the emulated supply, the delay of its trip; the rig file's default. */
export const tripDelayMs = 20;
/** A look every 250 ms at the supply's own pace, three of them for a step, and its answers on the way. */
const noticedWithinNs = 1.5e9;

export async function selStorm(count: number): Promise<SelStorm> {
  const every = `everySeconds: ${periodSeconds}, times: ${count}`;
  const rig = latchRig({
    events: `{ do: latch-up, atSeconds: 15, ${every}, milliA: 2000 }, { do: load-step, atSeconds: 30, ${every}, milliA: 300, forSeconds: 3 }`,
  });
  const { records, result, truth } = await latchCampaign(rig, [
    exposure(`seconds: ${periodSeconds * count + 10}`),
  ]);
  const did = (what: RailTruth["did"]): RailTruth[] => truth.filter((line) => line.did === what);
  const events = ofType(records, "rail_event");
  const named = (what: RailEventRec["what"]): RailEventRec[] => events.filter((event) => event.what === what);
  const usual = ["armed", "trip", "load_step", "cut", "off", "on"];
  const over = did("over-limit").map(({ sinceNs, tNs }) => (tNs - sinceNs) / 1e6);
  const run = result.runs[0]!;
  return {
    asked: count,
    latchUps: did("latch-up").length,
    loadSteps: did("load-step").length,
    trips: did("trip").length,
    countedLatchUps: pairs(did("latch-up"), named("trip")),
    countedLoadSteps: pairs(did("step-ended"), named("load_step")),
    others: [
      ...events.filter(({ what }) => !usual.includes(what)).map(({ what }) => what),
      ...ofType(records, "effect")
        .map(({ effect }) => effect)
        .slice(count),
      ...Object.entries(run.effects).flatMap(([effect, times]) =>
        effect === "sel" && times === count ? [] : [`${effect}: ${times}`],
      ),
    ],
    verifiedOff: named("cut").filter(isOff).length,
    verifiedRest: named("off").filter(
      (event, index) => isOff(event) && event.tNs - named("cut")[index]!.tNs >= 4e9,
    ).length,
    verifiedOn: named("on").filter(
      ({ reading, cleared }) =>
        reading?.on === true &&
        (reading.milliV ?? 0) > 4_500 &&
        (reading.milliA ?? 1e9) < 400 &&
        cleared === true,
    ).length,
    overLimit: over.length,
    longestOverLimitMs: Math.max(0, ...over),
    liveSeconds: run.live.liveSeconds,
    trueLiveSeconds: exposedSeconds(truth),
    functionalChecksPassed: ofType(records, "check").filter(
      ({ check, pass }) => check === "functional" && pass,
    ).length,
  };
}

/** How many of these have their own record in time, if there are as many of the one as of the other. */
function pairs(truths: readonly RailTruth[], records: readonly RailEventRec[]): number {
  if (truths.length !== records.length) return 0;
  return truths.filter(({ tNs }, index) => {
    const latencyNs = records[index]!.tNs - tNs;
    return latencyNs >= 0 && latencyNs <= noticedWithinNs;
  }).length;
}

function isOff({ reading }: RailEventRec): boolean {
  return reading !== null && !reading.on && (reading.milliV ?? Infinity) < 500;
}

/** Time in which the board worked under the open shutter, by the world's own account. */
function exposedSeconds(truth: readonly RailTruth[]): number {
  let ns = 0;
  let sinceNs: number | null = null;
  for (const { did, tNs } of truth) {
    if (did === "exposed") sinceNs = tNs;
    if (did !== "sheltered" || sinceNs === null) continue;
    ns += tNs - sinceNs;
    sinceNs = null;
  }
  return ns / 1e9;
}

/** What does not hold of a storm, in words. */
export function failings(storm: SelStorm): readonly string[] {
  const { asked } = storm;
  const off = Math.abs(storm.liveSeconds / storm.trueLiveSeconds - 1);
  const claims: readonly (readonly [boolean, string])[] = [
    [
      storm.latchUps === asked && storm.loadSteps === asked && storm.trips === asked,
      "the world did not do what was asked of it",
    ],
    [storm.countedLatchUps === asked, "a latch-up was not counted as one"],
    [storm.countedLoadSteps === asked, "a load step was not told apart"],
    [storm.others.length === 0, `more was found than there was: ${storm.others.join(", ")}`],
    [storm.verifiedOff === asked && storm.verifiedRest === asked, "a rail was not seen off"],
    [storm.verifiedOn === asked, "a rail was not seen on again, its current below hold"],
    [
      storm.overLimit === asked && storm.longestOverLimitMs <= tripDelayMs,
      "a board was above its limit for too long",
    ],
    [off <= 0.01, `live time is off by ${(100 * off).toFixed(2)} %`],
    [storm.functionalChecksPassed === asked + 2, "a functional check failed, or was left out"],
  ];
  return claims.filter(([holds]) => !holds).map(([, claim]) => claim);
}

export async function selStormReport(): Promise<readonly string[]> {
  const storm = await selStorm(200);
  const { asked } = storm;
  const off = 100 * (storm.liveSeconds / storm.trueLiveSeconds - 1);
  const lines = [
    `the world: ${storm.latchUps} latch-ups, one every ${periodSeconds} s, and ${storm.loadSteps} load steps between them; the supply tripped ${storm.trips} times`,
    `counted as latch-ups: ${storm.countedLatchUps} of ${asked}; told apart as load steps: ${storm.countedLoadSteps} of ${asked}; found beside them: ${storm.others.length}`,
    `rails seen off when cut: ${storm.verifiedOff}, off after their rest: ${storm.verifiedRest}, on with the current below hold: ${storm.verifiedOn}`,
    `above the board's limit: ${storm.overLimit} times, the longest for ${storm.longestOverLimitMs.toFixed(3)} ms; the emulated trip allows ${tripDelayMs} ms`,
    `live time: ${storm.liveSeconds.toFixed(3)} s; at work under the beam by the world's account: ${storm.trueLiveSeconds.toFixed(3)} s (${off >= 0 ? "+" : ""}${off.toFixed(3)} %; 1 % is allowed)`,
    `functional checks passed: ${storm.functionalChecksPassed} (one after each latch-up, one before and one after the exposure)`,
  ];
  writeFileSync(
    join(packageRoot, "docs/studies/sel-storm.md"),
    `# A storm of latch-ups\n\nWhat is compared stands in \`test/studies/sel-storm.ts\`; \`npm run study -- sel-storm\` does it again.\n\n${lines.map((line) => `- ${line}\n`).join("")}`,
  );
  const wrong = failings(storm);
  if (wrong.length > 0) throw new Error([...wrong, ...lines].join("\n"));
  return lines;
}
