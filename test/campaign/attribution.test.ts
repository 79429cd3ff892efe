import { describe, expect, test } from "vitest";
import { attribute } from "../../src/campaign/attribution.ts";
import type { Findings } from "../../src/campaign/attribution.ts";

const quiet: Findings = {
  linkClosed: false,
  answered: false,
  bootCause: null,
  othersAlive: true,
  rail: { on: true, milliV: 5000, milliA: 800, regulating: null, tripped: null },
  supplyLost: false,
  overCurrent: null,
};

describe("attribution, row by row", () => {
  test.each<[string, Partial<Findings>, string | null, string]>([
    ["silent, others answer, rail up: the device hangs", {}, "dueHang", "dut"],
    ["silent, no supply to ask: still the device", { rail: null }, "dueHang", "dut"],
    ["nobody answers: the host", { othersAlive: false }, "unattributed", "host"],
    [
      "its rail is off: the supply",
      { rail: { on: false, milliV: 0, milliA: 0, regulating: null, tripped: null } },
      "unattributed",
      "supply",
    ],
    ["its rail tripped: no hang", { overCurrent: "trip" }, "dueDetected", "dut"],
    [
      "its rail tripped, and the board has booted by power since",
      { overCurrent: "trip", answered: true, bootCause: "power" },
      "dueDetected",
      "dut",
    ],
    [
      "its supply folded back, whoever else is silent",
      { overCurrent: "fold-back", othersAlive: false },
      "dueDetected",
      "dut",
    ],
    ["its supply does not answer either", { rail: null, supplyLost: true }, "unattributed", "supply"],
    [
      "its supply was lost, and it answers: lines were lost",
      { answered: true, supplyLost: true },
      null,
      "link",
    ],
    ["the link is gone", { linkClosed: true }, "unattributed", "link"],
    [
      "the link is gone and nobody answers: the link first",
      { linkClosed: true, othersAlive: false },
      "unattributed",
      "link",
    ],
    ["it answers again in the same boot: lines were lost", { answered: true }, null, "link"],
    ["link lost and back, same boot", { answered: true, linkClosed: true }, null, "link"],
    ["its watchdog fired", { answered: true, bootCause: "watchdog" }, "dueHang", "dut"],
    ["it reset itself on a fault", { answered: true, bootCause: "fault" }, "dueCrash", "dut"],
    ["it rebooted and cannot say why", { answered: true, bootCause: "unknown" }, "dueCrash", "dut"],
    ["power came back: the supply", { answered: true, bootCause: "power" }, "unattributed", "supply"],
    ["a brown-out", { answered: true, bootCause: "brownout" }, "unattributed", "supply"],
    ["a reset that was not ours", { answered: true, bootCause: "command" }, "unattributed", "unknown"],
  ])("%s", (_, found, outcome, fault) => {
    expect(attribute({ ...quiet, ...found })).toMatchObject({ outcome, fault });
  });
});
