import { afterEach, describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import type { OpenPort } from "../../src/domain/link.ts";
import { emulatedAgent } from "../../src/emulator/emulated-agent.ts";
import { emulationSchema } from "../../src/emulator/emulation-schema.ts";
import { emulateInMemory } from "../../src/emulator/in-memory.ts";
import type { Emulation } from "../../src/emulator/in-memory.ts";
import type { MessageOf } from "../../firmware-protocol/messages.ts";
import { enclose } from "../../firmware-protocol/frame.ts";
import { conform } from "../../src/rig/conformance/conform.ts";
import type { Verdict } from "../../src/rig/conformance/conform.ts";
import { change, sabotaged } from "./saboteur.ts";
import type { Saboteur } from "./saboteur.ts";

const spec = emulationSchema.parse({
  boards: { f32: { accelerator: "cpu", format: "f32" }, i8: { accelerator: "cpu", format: "i8" } },
});
const clock = virtualClock();
let emulation: Emulation | null = null;

afterEach(async () => {
  await emulation?.close();
  emulation = null;
});

async function verdicts(
  port: string,
  around: (open: OpenPort) => OpenPort = (open) => open,
  workload?: string,
) {
  emulation = emulateInMemory(
    spec,
    {
      boards: [
        { board: "f32", serial: "F", port: "f32" },
        { board: "i8", serial: "I", port: "i8" },
      ],
      boxes: [{ serial: "B", port: "box" }],
    },
    clock,
    1,
    { agent: emulatedAgent },
  );
  const found: Verdict[] = [];
  const options = { clock, ...(workload === undefined ? {} : { workload }) };
  for await (const verdict of conform(around(emulation.openPort(port)), options)) found.push(verdict);
  return found;
}

const failed = (found: readonly Verdict[]) => found.filter(({ pass }) => pass !== true);

describe("the conformance suite", () => {
  test.each([
    ["f32", "gemm-f32"],
    ["f32", "digits-f32"],
    ["f32", "scan-f32"],
    ["i8", "gemm-i8"],
    ["i8", "digits-i8"],
    ["i8", "scan-i8"],
  ])("the emulated board %s passes on %s", async (port, workload) => {
    const found = await verdicts(port, undefined, workload);
    // Its kernels write to memory unseen: it holds no bit, and says so.
    expect(failed(found)).toEqual([
      { name: expect.stringContaining("held") as string, pass: null, detail: expect.any(String) as string },
    ]);
    expect(found.length).toBeGreaterThan(35);
  });

  test("a board of before there were faults and shapes passes, and what it lacks is said", async () => {
    const unknown: Saboteur = {
      linesToBoard: (line) => [
        / (workloads-from|space|shape|fault|run-to-error) /.test(line)
          ? line.replace(/^.*$/, asUnknown)
          : line,
      ],
      fromBoard: change("refused", (m) => ({ command: m.command.replace(/^x-/, "") })),
    };
    const found = await verdicts("f32", (open) => sabotaged(open, () => unknown), "gemm-f32");
    expect(failed(found).map(({ pass, detail }) => [pass, detail])).toEqual(
      ["workloads-from", "space", "shape", "fault", "fault", "fault", "fault", "run-to-error"].map((name) => [
        null,
        `it does not know ${name}: a host does without`,
      ]),
    );
  });

  test("the emulated bench box passes what is asked of a box", async () => {
    const found = await verdicts("box");
    expect(failed(found)).toEqual([]);
    expect(found.length).toBeGreaterThan(10);
  });
});

/** A fault, and the check that must find it. */
const faults: readonly [fault: string, check: string, saboteur: () => Saboteur][] = [
  [
    "speaks version 2",
    "hello is answered",
    () => ({ fromBoard: change("hello-ok", () => ({ protocol: 2 })) }),
  ],
  [
    "makes an event of every hello",
    "hello disturbs nothing",
    () => {
      let hellos = 0;
      return {
        fromBoard: (m) => {
          if (m.name === "hello-ok") hellos++;
          return [m.name === "status-ok" ? { ...m, event: m.event + hellos } : m];
        },
      };
    },
  ],
  [
    "takes hellos of any version",
    "hello of another version",
    () => ({ toBoard: change("hello", () => ({ protocol: 1 })) }),
  ],
  ["obeys commands for any boot", "for wrong-boot", () => ({ toBoard: (m) => [{ ...m, boot: 0 }] })],
  [
    "calls unknown commands a bad field",
    "for unknown-command",
    () => ({
      fromBoard: change("refused", (m) => (m.reason === "unknown-command" ? { reason: "bad-field" } : {})),
    }),
  ],
  [
    "reads 01 as 1",
    "for bad-field",
    () => ({
      linesToBoard: (line) => [line.includes("ev=01*") ? line.replace(/^.*$/, replaceWithResend) : line],
    }),
  ],
  [
    "obeys lines in capitals",
    "have no effect",
    () => ({ linesToBoard: (line) => [/^\$C /.test(line) ? line.toLowerCase() : line] }),
  ],
  [
    "answers every second status twice",
    "answered once",
    () => {
      let answers = 0;
      return { fromBoard: (m) => (m.name === "status-ok" && ++answers % 2 === 0 ? [m, m] : [m]) };
    },
  ],
  [
    "does not say so of boards it does not know",
    "a box says so",
    () => ({
      fromBoard: change("refused", (m) => (m.command === "sense" ? { reason: "out-of-range" } : {})),
    }),
  ],
  [
    "boots by watchdog when reset",
    "reset is answered",
    () => ({ fromBoard: change("boot", () => ({ cause: "watchdog" })) }),
  ],
  [
    "loads what it does not have",
    "it offers workloads",
    () => ({
      toBoard: change("load", (m) => (m.workload === "no-such-workload" ? { workload: "gemm-f32" } : {})),
    }),
  ],
  [
    "never loads the same twice",
    "load gives the same",
    () => {
      let loads = 0;
      return { toBoard: change("load", (m) => ({ seed: m.seed + loads++ })) };
    },
  ],
  [
    "has targets without words",
    "load gives the same",
    () => ({ fromBoard: change("target-ok", () => ({ words: 0 })) }),
  ],
  [
    "misnames the missing golden",
    "without golden",
    () => ({
      fromBoard: change("refused", (m) => (m.reason === "no-golden" ? { reason: "not-loaded" } : {})),
    }),
  ],
  [
    "has a budget below golden",
    "golden is the same",
    () => ({ fromBoard: change("golden-ok", () => ({ budget: 1 })) }),
  ],
  [
    "fails its own check",
    "golden is the same",
    () => ({ fromBoard: change("check-ok", () => ({ match: false })) }),
  ],
  [
    "counts one clean iteration short",
    "finishes clean",
    () => ({ fromBoard: change("done", (m) => ({ clean: Math.max(0, m.clean - 1) })) }),
  ],
  [
    "says it was finished when stopped",
    "without end",
    () => ({ fromBoard: change("done", (m) => (m.why === "stopped" ? { why: "finished" } : {})) }),
  ],
  [
    "runs past the last iteration number",
    "last iteration number",
    () => ({ toBoard: change("run", (m) => (m.first > 4e9 ? { first: 0 } : {})) }),
  ],
  ["has no clock", "clock, power", () => ({ fromBoard: change("clock-ok", () => ({ clockKHz: 0 })) })],
  [
    "takes a strike without bits",
    "outside what exists",
    () => ({ toBoard: change("strike", (m) => (m.mask === 0 ? { mask: 1 } : {})) }),
  ],
  [
    "arms a repeated strike twice",
    "takes its place",
    () => {
      let id = 1000;
      return {
        toBoard: change("strike", () => ({ id: id++ })),
        fromBoard: change("strike-ok", () => ({})),
      };
    },
  ],
  [
    "strikes somewhere else",
    "self-check strike of every target",
    () => ({ toBoard: change("strike", () => ({ cycle: 40_960 })) }),
  ],
  [
    "flips other bits than it was asked to",
    "self-check strike of every target",
    () => ({ fromBoard: change("struck", (m) => ({ after: (m.after ^ 1) >>> 0 })) }),
  ],
  [
    "lists elements in no order",
    "self-check strike of every target",
    () => ({ fromBoard: change("elements", (m) => ({ elements: [...m.elements].reverse() })) }),
  ],
  [
    "counts its parts wrongly",
    "self-check strike of every target",
    () => ({ fromBoard: change("result", (m) => ({ parts: m.parts + 1 })) }),
  ],
  [
    "tells its first workloads for ever",
    "five at a time",
    () => ({ toBoard: change("workloads-from", () => ({ index: 0 })) }),
  ],
  [
    "tells of another space than its target",
    "its spaces are those of its targets",
    () => ({ fromBoard: change("space-ok", (m) => ({ words: m.words + 1 })) }),
  ],
  [
    "lays out one word too many",
    "lay out as many",
    () => ({ fromBoard: change("shape-ok", () => ({ axes: [{ name: "word", size: 257 }] })) }),
  ],
  [
    "takes faults of no words",
    "faults outside what exists",
    () => ({ toBoard: change("fault", (m) => (m.words === 0 ? { words: 1 } : {})) }),
  ],
  [
    "strikes words from the last to the first",
    "in their order",
    () => {
      const words: MessageOf<"struck">[] = [];
      return {
        fromBoard: (m) => {
          if (m.name === "struck") return (words.push(m), []);
          if (words.length === 0) return [m];
          const befores = words.map(({ before, after }) => ({ before, after })).reverse();
          return [...words.splice(0).map((struck, i) => ({ ...struck, ...befores[i] })), m];
        },
      };
    },
  ],
  [
    "strikes the first word alone",
    "a struck for each word",
    () => ({ toBoard: change("fault", () => ({ words: 1 })) }),
  ],
  [
    "flips where it should put",
    "what is put is there",
    () => ({ toBoard: change("fault", () => ({ manner: "flip" })) }),
  ],
  [
    "runs to the end where it should stop at an error",
    "run-to-error ends after the first",
    () => {
      let asked = false;
      return {
        toBoard: (m) => {
          asked ||= m.name === "run-to-error";
          return [m.name === "run-to-error" ? { ...m, name: "run", strikes: 0 } : m];
        },
        fromBoard: (m) => [
          asked && m.name === "run-ok" ? ((asked = false), { ...m, name: "run-to-error-ok" }) : m,
        ],
      };
    },
  ],
  [
    "stops though nothing is wrong",
    "run-to-error ends after the first",
    () => ({ toBoard: change("run-to-error", () => ({ iterations: 1 })) }),
  ],
  [
    "does not restore after a struck iteration",
    "exactly one result",
    () => ({ fromBoard: change("result", () => ({ stateDigest: "0000000000000000" })) }),
  ],
  [
    "refreshes though told not to",
    "with refresh none",
    () => ({ toBoard: change("load", (m) => (m.refresh === "none" ? { refresh: "full" } : {})) }),
  ],
  [
    "gives other evidence the second time",
    "sent again with their numbers",
    () => {
      const seen = new Set<number>();
      return {
        fromBoard: change("done", (m) => {
          if (!seen.has(m.event)) return (void seen.add(m.event), {});
          return { cycles: m.cycles + 1 };
        }),
      };
    },
  ],
  [
    "forgets all at any acknowledgement",
    "forgotten up to the number",
    () => ({ toBoard: change("ack", (m) => ({ event: m.event + 1 })) }),
  ],
  [
    "keeps 40 events",
    "at least 64",
    () => ({
      fromBoard: (m) => (m.name === "resend-ok" ? [{ ...m, events: Math.min(40, m.events) }] : [m]),
    }),
  ],
  [
    "loses a pulled cable's done",
    "a pulled cable",
    () => ({ fromBoard: (m) => (m.name === "done" && m.iterations === 3 ? [] : [m]) }),
  ],
  [
    "beats half as often as asked",
    "heartbeats come",
    () => ({ toBoard: change("hello", (m) => (m.heartbeatMs === 100 ? { heartbeatMs: 200 } : {})) }),
  ],
  [
    "never minds a silent host",
    "whose host is silent",
    () => ({ toBoard: change("hello", () => ({ leaseMs: 4_000_000_000 })) }),
  ],
  [
    "stops though the host speaks",
    "keeps a run alive",
    () => ({ toBoard: change("hello", (m) => (m.leaseMs === 500 ? { leaseMs: 100 } : {})) }),
  ],
  [
    "skips a line number now and then",
    "well formed and numbered",
    () => {
      let lines = 0;
      return { fromBoard: (m) => [++lines === 50 ? { ...m, seq: m.seq + 1 } : m] };
    },
  ],
];

describe("the suite finds a board that", () => {
  test.each(faults)("%s", async (_, check, saboteur) => {
    const found = await verdicts("f32", (open) => sabotaged(open, saboteur), "gemm-f32");
    const verdict = found.find(({ name }) => name.includes(check));
    expect(verdict).toMatchObject({ pass: false });
    expect(verdict!.detail).not.toBe("");
  });
});

/** The same command under a name that nobody knows. */
function asUnknown(line: string): string {
  const body = line
    .slice(1, line.lastIndexOf("*"))
    .replace(/ (workloads-from|space|shape|fault|run-to-error) /, " x-$1 ");
  return enclose(body);
}

/** The same resend, spelled as it should be. */
function replaceWithResend(line: string): string {
  const body = line.slice(1, line.lastIndexOf("*")).replace("ev=01", "ev=1");
  return enclose(body);
}
