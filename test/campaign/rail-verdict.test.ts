import { expect, test } from "vitest";
import { isCleared, judgeReading, judgeStep } from "../../src/campaign/rail-verdict.ts";
import type { RailSeen, RailVerdict, StepTrial, StepVerdict } from "../../src/campaign/rail-verdict.ts";
import type { RailLimits, RailReading } from "../../src/domain/equipment.ts";

const limits: RailLimits = {
  milliV: 5_000,
  warnMilliA: 900,
  tripMilliA: 1_200,
  holdMilliA: 400,
  microStepMilliA: 150,
};
const none: RailLimits = {
  milliV: null,
  warnMilliA: null,
  tripMilliA: null,
  holdMilliA: null,
  microStepMilliA: null,
};
const up: RailReading = { on: true, milliV: 5_000, milliA: 500, regulating: "voltage", tripped: false };
const seen: RailSeen = {
  told: "on",
  reading: up,
  silences: 0,
  folds: 0,
  overs: 0,
  unseen: false,
  trips: true,
  limits,
  baselineMilliA: 480,
};
const reading = (change: Partial<RailReading>): Partial<RailSeen> => ({ reading: { ...up, ...change } });
const contact: RailReading = { on: true, milliV: null, milliA: null, regulating: null, tripped: null };

test.each<[string, Partial<RailSeen>, RailVerdict]>([
  ["as it is in this state", {}, "normal"],
  ["no answer once", { reading: null, silences: 1 }, "unread"],
  ["no answer twice", { reading: null, silences: 2 }, "unread"],
  ["no answer three times: the link, never a latch-up", { reading: null, silences: 3 }, "lost"],
  ["no answer while we hold it off", { told: "off", reading: null, silences: 3 }, "lost"],
  ["off, as it was told", { told: "off", ...reading({ on: false, milliA: 0 }) }, "as-told"],
  ["off though told on, and the supply says that it tripped", reading({ on: false, tripped: true }), "trip"],
  [
    "off though told on, of a supply without a word for it, armed",
    reading({ on: false, tripped: null }),
    "trip",
  ],
  [
    "off when its supply is back in sight, and without a word for a trip: nobody saw what did it",
    { unseen: true, ...reading({ on: false, tripped: null }) },
    "went-off",
  ],
  [
    "off when its supply is back in sight, and it says that it tripped",
    { unseen: true, ...reading({ on: false, tripped: true }) },
    "trip",
  ],
  [
    "off though told on, of one that cannot trip",
    { trips: false, ...reading({ on: false, tripped: null }) },
    "went-off",
  ],
  [
    "off, and the supply says that it did not trip: somebody's hand",
    reading({ on: false, tripped: false }),
    "went-off",
  ],
  [
    "holding the current, once",
    { folds: 1, ...reading({ regulating: "current", milliA: 1_100 }) },
    "folding",
  ],
  [
    "holding the current, again",
    { folds: 2, ...reading({ regulating: "current", milliA: 1_100 }) },
    "fold-back",
  ],
  ["above its trip, which is the supply's to do", { overs: 1, ...reading({ milliA: 1_300 }) }, "warning"],
  ["above its trip, and the supply has not done it", { overs: 2, ...reading({ milliA: 1_300 }) }, "over"],
  ["above its trip, and nobody else cuts", { trips: false, overs: 1, ...reading({ milliA: 1_201 }) }, "over"],
  ["at its trip", { trips: false, ...reading({ milliA: 1_200 }) }, "step"],
  ["a step above the baseline", reading({ milliA: 631 }), "step"],
  ["at the edge of a step", reading({ milliA: 630 }), "normal"],
  [
    "the same current where the state draws it",
    { baselineMilliA: 600, ...reading({ milliA: 631 }) },
    "normal",
  ],
  ["no baseline yet", { baselineMilliA: null, ...reading({ milliA: 800 }) }, "normal"],
  ["above the warning, no step", { baselineMilliA: 850, ...reading({ milliA: 950 }) }, "warning"],
  ["a rail without limits says nothing", { limits: none, ...reading({ milliA: 50_000 }) }, "normal"],
  ["a contact, closed", { trips: false, reading: contact }, "normal"],
  ["a contact, open by itself", { trips: false, reading: { ...contact, on: false } }, "went-off"],
])("a look: %s", (_, change, verdict) => {
  expect(judgeReading({ ...seen, ...change })).toBe(verdict);
});

const trial: StepTrial = { passed: false, outlivesWork: true, outlivesReset: true, outlivesPower: false };
test.each<[string, Partial<StepTrial>, StepVerdict]>([
  ["outlives work and reset, goes with power", {}, "micro-sel"],
  [
    "goes by itself",
    { passed: true, outlivesWork: null, outlivesReset: null, outlivesPower: null },
    "load-step",
  ],
  ["goes with the workload", { outlivesWork: false, outlivesReset: null, outlivesPower: null }, "load-step"],
  ["goes with a reset", { outlivesReset: false, outlivesPower: null }, "load-step"],
  ["outlives power", { outlivesPower: true }, "current-step"],
  ["could not be read after the work", { outlivesWork: null }, "unknown"],
  ["could not be read after the reset", { outlivesReset: null }, "unknown"],
  ["could not be cut", { outlivesPower: null }, "unknown"],
])("a step that %s", (_, change, verdict) => {
  expect(judgeStep({ ...trial, ...change })).toBe(verdict);
});

test.each<[string, RailReading | null, RailLimits, boolean | null]>([
  ["below hold", { ...up, milliA: 399 }, limits, true],
  ["at hold", { ...up, milliA: 400 }, limits, false],
  ["tripped at once", { ...up, on: false, milliA: 0, tripped: true }, limits, false],
  ["folded back at once", { ...up, milliA: 100, regulating: "current" }, limits, false],
  ["without a hold: below the trip", { ...up, milliA: 1_199 }, { ...limits, holdMilliA: null }, true],
  ["without any limit nobody knows", up, none, null],
  ["not measured", contact, limits, null],
  ["not read", null, limits, null],
])("after its rest: %s", (_, after, its, cleared) => {
  expect(isCleared(after, its)).toBe(cleared);
});
