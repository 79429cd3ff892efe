import { beforeAll, describe, expect, test } from "vitest";
import { campaignOn, exposure, fates, injection, ofType, smallRig } from "./emulated.ts";
import type { Outcome } from "./emulated.ts";

/** Each misbehaviour befalls a board once, in the middle of a run; what it leaves in the record is held against what it was. */
const strikes = 40;
const misbehaving = (what: string): string => smallRig({ board: `misbehave: [{ ${what} }]` });

async function disturbed(what: string): Promise<Outcome> {
  return campaignOn(misbehaving(what), [injection(`strikes: ${strikes}`)]);
}

let undisturbed: Outcome;
/** Counts of board events: when strike 6 has ended, and while its evidence is on the way. */
let between = 0;
let within = 0;
beforeAll(async () => {
  undisturbed = await campaignOn(smallRig(), [injection(`strikes: ${strikes}`)]);
  between = ofType(undisturbed.records, "strike")[5]!.event!;
  within = between - 2;
});

/** Whatever the link did, every strike was done, and each had the fate it has on a quiet bench. */
function expectNothingLost(outcome: Outcome, spared: readonly number[] = []): void {
  const without = (records: Outcome["records"]): string[] =>
    fates(records).filter((_, index) => !spared.includes(index + 1));
  expect(fates(outcome.records)).toHaveLength(strikes);
  expect(without(outcome.records)).toEqual(without(undisturbed.records));
  expect(outcome.result.endReason).toBe("complete");
}

describe("garbage flood", () => {
  test("is counted to the byte as a fault of the link, and costs no strike", async () => {
    const outcome = await disturbed(`do: garbage-flood, afterEvents: ${between}, bytes: 50000`);
    expectNothingLost(outcome);
    const floods = ofType(outcome.records, "link").filter(
      ({ what }) => what === "garbled" || what === "flood",
    );
    const bytes = floods.map(({ detail }) => Number(/(\d+) bytes/.exec(detail)![1]));
    // The flood to the byte, and at most the lines it ran into at both ends.
    const sum = bytes.reduce((all, some) => all + some, 0);
    expect(sum).toBeGreaterThanOrEqual(50_000);
    expect(sum).toBeLessThan(50_000 + 2 * 255);
    const run = outcome.result.runs[0]!;
    expect(run.link.garbled).toBeGreaterThan(0);
    expect(run.outcomes.unattributed.primary).toBe(0);
    expect(run.effects).toEqual({});
  });
});

describe("a torn line", () => {
  test("is garbled once, its event is sent again, and no strike is lost", async () => {
    const outcome = await disturbed(`do: torn-line, afterEvents: ${within}`);
    expectNothingLost(outcome);
    expect(outcome.result.runs[0]!.link.garbled).toBe(1);
    expect(ofType(outcome.records, "link").map(({ what }) => what)).toContain("garbled");
    expect(ofType(outcome.records, "boot")).toEqual(ofType(undisturbed.records, "boot"));
  });
});

describe("a silent hang", () => {
  test("that passes is noticed, asked about and not counted against the board", async () => {
    const outcome = await disturbed(`do: silent-hang, afterEvents: ${between}, goneMs: 3000`);
    expect(fates(outcome.records)).toHaveLength(strikes);
    expect(ofType(outcome.records, "rung").some(({ cured }) => cured)).toBe(true);
    const dead = ofType(outcome.records, "dead");
    expect(dead.length).toBeGreaterThan(0);
    const longest = Math.max(...dead.map(({ fromNs, toNs }) => (toNs - fromNs) / 1e9));
    expect(longest).toBeGreaterThan(1);
    expect(longest).toBeLessThan(20);
  });

  test("without end climbs the ladder to the power cycle, and that names the effect", async () => {
    const outcome = await disturbed(`do: silent-hang, afterEvents: ${between}, goneMs: -1`);
    // It fell silent between two strikes: no strike's doing, an effect of its own.
    expectNothingLost(outcome);
    expect(ofType(outcome.records, "rung").map(({ rung, cured }) => `${rung} ${cured}`)).toEqual([
      "retry false",
      "reset false",
      "reset false",
      "reload false",
      "power-cycle true",
    ]);
    expect(ofType(outcome.records, "effect")).toMatchObject([{ effect: "sefi_power" }]);
    expect(ofType(outcome.records, "rung").at(-1)!.detail).toContain("read back off and on");
    expect(outcome.result.runs[0]!.effects).toEqual({ sefi_power: 1 });
  });

  test("in the middle of a strike is what the strike did, as far as anyone can tell", async () => {
    const outcome = await disturbed(`do: silent-hang, afterEvents: ${within}, goneMs: -1`);
    const [struck] = ofType(outcome.records, "strike").filter(({ effect }) => effect !== null);
    expect(struck).toMatchObject({
      strike: { id: 6 },
      outcome: "dueHang",
      effect: "sefi_power",
      confirmed: true,
    });
    expectNothingLost(outcome, [6]);
  });
});

describe("a reboot in mid-line", () => {
  test("is a brown-out: the supply's doing, recorded with what may have been lost, and the strike is nobody's", async () => {
    const outcome = await disturbed(`do: reboot-mid-line, afterEvents: ${between}`);
    const boots = ofType(outcome.records, "boot").filter(({ expected }) => !expected);
    expect(boots).toMatchObject([{ cause: "brownout" }]);
    // The torn line was an answer: of its events the board had announced none that had not come.
    expect(boots[0]!.eventsLostAtMost).toBe(0);
    expectNothingLost(outcome);
    expect(outcome.result.runs[0]!.link.garbled).toBeGreaterThanOrEqual(1);
    expect(outcome.result.runs[0]!.effects).toEqual({});
  });
});

describe("a reboot in the middle of a strike", () => {
  test("leaves the strike unattributed: it is in no rate, and in the bounds", async () => {
    const outcome = await disturbed(`do: reboot-mid-line, afterEvents: ${within}`);
    expectNothingLost(outcome, [6]);
    expect(ofType(outcome.records, "strike")[5]).toMatchObject({ outcome: "unattributed", effect: null });
    expect(ofType(outcome.records, "boot").find(({ expected }) => !expected)).toMatchObject({
      cause: "brownout",
    });
  });
});

describe("a hidden reboot", () => {
  test("is seen by the boot id alone, and counted as the crash it was", async () => {
    const outcome = await disturbed(`do: hidden-reboot, afterEvents: ${between}`);
    const boots = ofType(outcome.records, "boot").filter(({ expected }) => !expected);
    expect(boots).toHaveLength(1);
    expect(boots[0]).toMatchObject({ boots: 2 });
    expect(ofType(outcome.records, "effect")).toMatchObject([{ effect: "sefi_self" }]);
    expect(fates(outcome.records)).toHaveLength(strikes);
  });
});

describe("a clock step on the board", () => {
  test("is told, and changes nothing that is counted: times are the host's", async () => {
    const outcome = await disturbed(`do: clock-step, afterEvents: ${within}, stepMs: -3600000`);
    expectNothingLost(outcome);
    expect(ofType(outcome.records, "link")).toMatchObject([{ what: "clock_step" }]);
    const [, before, after] = /from (\d+) to (\d+) ms/.exec(ofType(outcome.records, "link")[0]!.detail)!;
    // An hour back, on a clock of 40 bits.
    expect((Number(before) - Number(after) + 2 ** 40) % 2 ** 40).toBe(3_600_000);
    const times = outcome.records.map(({ tNs }) => tNs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe("a port that vanishes and comes back under another name", () => {
  test("is a fault of the link: reopened, identity checked, nothing counted against the board", async () => {
    const outcome = await disturbed(
      `do: port-vanishes, afterEvents: ${within}, goneMs: 1500, newName: dut-again`,
    );
    expectNothingLost(outcome);
    const faults = ofType(outcome.records, "link").map(({ what }) => what);
    expect(faults).toContain("closed");
    expect(faults.some((what) => what === "reopened" || what === "moved")).toBe(true);
    expect(outcome.result.runs[0]!.effects).toEqual({});
  });

  test("in an exposure, the time without a link is dead", async () => {
    const quiet = await campaignOn(smallRig(), [exposure("seconds: 20")]);
    const outcome = await campaignOn(
      misbehaving("do: port-vanishes, atSeconds: 10, goneMs: 4000, newName: other"),
      [exposure("seconds: 20")],
    );
    const run = outcome.result.runs[0]!;
    expect(run.live.deadSeconds - quiet.result.runs[0]!.live.deadSeconds).toBeGreaterThan(3);
    expect(run.effects).toEqual({});
    expect(ofType(outcome.records, "dead").some(({ cause }) => cause === "link")).toBe(true);
  });
});
