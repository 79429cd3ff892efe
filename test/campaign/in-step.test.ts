import { describe, expect, test } from "vitest";
import type { DutEvent } from "../../src/domain/capabilities.ts";
import type { Silence } from "../../src/domain/reply.ts";
import { campaignOn, fates, injection, ofType, smallRig } from "./emulated.ts";
import { withDut } from "./with-dut.ts";

/** A strike gets its own fate and never that of another, whatever came late. */
describe("strike and event stay in step", () => {
  test("a board silent through retry and reset costs the one strike; what its old boot had kept is of no later one", async () => {
    const quiet = fates((await campaignOn(smallRig(), [injection("strikes: 40")])).records);
    const rig = smallRig({ board: "misbehave: [{ do: silent-hang, afterEvents: 30, goneMs: 5000 }]" });
    const { records } = await campaignOn(rig, [injection("strikes: 40")]);
    const differing = fates(records).filter((fate, index) => fate !== quiet[index]);
    expect(differing).toHaveLength(1);
    expect(differing[0]).toContain("dueHang");
    expect(ofType(records, "rung").map(({ rung }) => rung)).toEqual(["retry", "reset"]);
    expect(ofType(records, "boot").map(({ cause, expected }) => ({ cause, expected }))).toEqual([
      { cause: "power", expected: true },
      { cause: "command", expected: true },
    ]);
  });

  test("evidence that comes after its strike was given up is noted, and the next strike waits for its own", async () => {
    const quiet = fates((await campaignOn(smallRig(), [injection("strikes: 20")])).records);
    const held: DutEvent[] = [];
    let results = 0;
    let asked = 0;
    const silence = (waitedMs: number): Silence => ({ kind: "silence", waitedMs });
    const { records } = await campaignOn(smallRig(), [injection("strikes: 20")], {
      change: (bench) =>
        withDut(bench, (real) => ({
          // The events of one strike come only after two rounds of asking: by then it has been given up.
          nextEvent: async (deadlineMs, signal) => {
            while (asked < 2 || held.length === 0) {
              const event = await real.nextEvent(deadlineMs, signal);
              if (event.kind === "result" && ++results === 6) held.push(event);
              else if (event.kind === "done" && held.length === 1) held.push(event);
              else return held.length > 0 && event.kind === "heartbeat" ? silence(deadlineMs) : event;
            }
            return held.shift()!;
          },
          identify: (signal) => {
            if (held.length > 0) asked++;
            return real.identify(signal);
          },
        })),
    });
    const fate = fates(records);
    const differing = fate.flatMap((one, index) => (one === quiet[index] ? [] : [index + 1]));
    expect(fate).toHaveLength(20);
    expect(differing).toHaveLength(1);
    expect(ofType(records, "strike")[differing[0]! - 1]!.outcome).toBe("unattributed");
    expect(ofType(records, "note").filter(({ text }) => text.includes("after it was given up"))).toHaveLength(
      1,
    );
  });

  test("noise on the link puts silence off not at all: a board that is gone behind it is found", async () => {
    let events = 0;
    const { records } = await campaignOn(smallRig(), [injection("strikes: 5")], {
      change: (bench) =>
        withDut(bench, (real) => ({
          nextEvent: async (deadlineMs, signal) => {
            if (events++ < 8 || events > 2000) return real.nextEvent(deadlineMs, signal);
            await real.nextEvent(50, signal);
            return { kind: "link", what: "garbled", detail: "noise" };
          },
        })),
    });
    const silent = ofType(records, "note").find(({ text }) => text.includes("silent for"));
    expect(silent!.tNs).toBeLessThan(10e9);
    expect(ofType(records, "rung")[0]).toMatchObject({ rung: "retry" });
  });
});
