import { describe, expect, test } from "vitest";
import { semBench } from "./sem-host.ts";
import type { SemBench } from "./sem-host.ts";

/** Transcripts of bench-protocols.md §1.6 to §1.9, `|` for each CR: what the controller of these makers prints, byte for byte. */
async function talk(
  bench: SemBench,
  lines: readonly (readonly [typed: string, printed: string])[],
): Promise<void> {
  for (const [typed, printed] of lines) expect(await bench.type(typed)).toBe(printed);
  await bench.close();
}

describe("initialization", () => {
  test("7-series, as captured on a Zynq-7020", async () => {
    await talk(semBench({ family: "x7" }, { startsUp: true }), [
      ["", "X7_SEM_V4_1|SC 01|FS 0E|ICAP OK|RDBK OK|INIT OK|SC 02|O> "],
    ]);
  });
  test("UltraScale+, as PG187 shows it, and again after a software reset (transcript E)", async () => {
    const report = "SEM_ULTRA_V3_1|SC 01|FS 04|AF 01|ICAP OK|RDBK OK|INIT OK|SC 02|O> ";
    await talk(semBench({ family: "usp" }, { startsUp: true, featureSet: 4 }), [
      ["", report],
      ["I\r", "I|SC 00|I> "],
      ["R 00\r", `R 00|${report}`],
    ]);
  });
  test.each([
    ["detect", "SC 20|D> "],
    ["emulation", "SC 00|I> "],
    ["monitoring", "SC 00|I> "],
  ])("in %s mode it ends with %s", async (mode, end) => {
    const bench = semBench({ family: "us" }, { startsUp: true, mode });
    expect(await bench.type("")).toMatch(new RegExp(`INIT OK\\|${end.replace("|", "\\|")}$`));
    await bench.close();
  });
  test("stuck after `ICAP OK` it says no more; without the configuration port it says nothing at all", async () => {
    await talk(semBench({ family: "x7" }, { stuckAfter: "ICAP OK" }), [
      ["", "X7_SEM_V4_1|SC 01|FS 0E|ICAP OK|"],
    ]);
    const silent = semBench({ family: "x7" }, { icapGrant: false, echo: true });
    expect(await silent.type("S\r")).toBe("");
    await silent.close();
  });
});

describe("injection, observation, correction", () => {
  const errorAt = (family: string): string =>
    family === "x7"
      ? "|SC 04|SED OK|PA 00000000|LA 00000000|WD 3D BT 00|COR|WD 3D BT 00|END|FC 00|SC 08|FC 40|SC 02|O> "
      : "|RI 00|SC 04|ECC|TS 000000xx|PA 0000000|LA 0000000|COR|WD 3D BT 00|END|FC 00|SC 08|FC 40|SC 02|O> ";
  test.each(["us", "x7"])("transcripts A and B, %s", async (family) => {
    const bench = semBench({ family });
    expect(await bench.type("I\r")).toBe("I|SC 00|I> ");
    expect(await bench.type("N C0000007A0\r")).toBe("N C0000007A0|SC 10|SC 00|I> ");
    expect(bench.memory.flipped()).toEqual([{ frame: 0, word: 61, bit: 0 }]);
    const seen = (await bench.type("O\r")).replace(/TS 000000../, "TS 000000xx");
    expect(seen).toBe(`O|SC 02|O> ${errorAt(family)}`);
    expect(bench.memory.flipped()).toEqual([]);
    expect(bench.truth).toMatchObject([
      { board: "a", by: "injector", structure: "configuration", word: 61, mask: 1 },
      { board: "a", by: "scrub", structure: "configuration", word: 61, mask: 1 },
    ]);
    await bench.close();
  });

  test("transcript C: two bits on a 7-series part under repair end in Idle", async () => {
    await talk(semBench({ family: "x7" }), [
      ["I\r", "I|SC 00|I> "],
      ["N C0000007A0\r", "N C0000007A0|SC 10|SC 00|I> "],
      ["N C0000007A5\r", "N C0000007A5|SC 10|SC 00|I> "],
      ["O\r", "O|SC 02|O> |SC 04|DED|PA 00000000|LA 00000000|COR|END|FC 20|SC 08|FC 60|SC 00|I> "],
    ]);
  });

  test.each([
    [
      "enhanced",
      [0, 1],
      "DED|PA 00000000|LA 00000000|COR|WD 3D BT 00|WD 3D BT 01|END|FC 00|SC 08|FC 40|SC 02|O> ",
    ],
    ["enhanced", [0, 2], "DED|PA 00000000|LA 00000000|COR|END|FC 20|SC 08|FC 60|SC 00|I> "],
    ["repair", [0, 1, 2], "SED NG|PA 00000000|LA 00000000|COR|END|FC 20|SC 08|FC 60|SC 00|I> "],
    ["repair", [0, 1, 2, 3], "CRC|COR|END|FC 20|SC 08|FC 60|SC 00|I> "],
    ["off", [0], "SED OK|PA 00000000|LA 00000000|WD 3D BT 00|COR|END|FC 20|SC 08|FC 60|SC 00|I> "],
  ] as const)("7-series, correction %s, bits %o", async (correction, bits, report) => {
    const bench = semBench({ family: "x7" }, { correction, leavesPromptLine: false });
    for (const bit of bits) bench.memory.flip({ frame: 0, word: 61, bit }, "particle");
    expect(await bench.type("")).toBe(`SC 04|${report}`);
    await bench.close();
  });

  test("UltraScale: five bits are beyond its code, and it cannot say where", async () => {
    const bench = semBench({ family: "us" }, { leavesPromptLine: false });
    for (const bit of [0, 1, 2, 3, 4]) bench.memory.flip({ frame: 0, word: 61, bit }, "particle");
    const report = "RI 00|SC 04|CRC|TS 000000xx|COR|END|FC 20|SC 08|FC 60|SC 00|I> ";
    expect((await bench.type("")).replace(/TS 000000../, "TS 000000xx")).toBe(report);
    await bench.close();
  });

  test("over the auxiliary interface: essential, not essential, uncorrectable, with the stale flag of each", async () => {
    const auxiliaryAtSeconds = [
      { seconds: 1 },
      { seconds: 2, essential: false },
      { seconds: 3, correctable: false },
      { seconds: 4 },
    ];
    const bench = semBench({ family: "us" }, { auxiliaryAtSeconds, leavesPromptLine: false });
    expect((await bench.type("", 1_500)).replaceAll(/TS 0000..../g, "TS 0000xxxx")).toBe(
      [
        "SC 04|AUX|TS 0000xxxx|FC 00|SC 08|FC 40|SC 02|O> ",
        "SC 04|AUX|TS 0000xxxx|FC 40|SC 08|FC 00|SC 02|O> ",
        "SC 04|AUX|TS 0000xxxx|FC 20|SC 08|FC 60|SC 00|I> ",
      ].join(""),
    );
    // What comes while it does not observe waits.
    expect(await bench.type("O\r", 100)).toMatch(
      /^O\|SC 02\|O> SC 04\|AUX\|TS 0000....\|FC 40\|SC 08\|FC 40\|SC 02\|O> $/,
    );
    await bench.close();
  });

  test("7-series under enhanced repair: its own buffer beyond correction", async () => {
    const quirks = { correction: "enhanced", bufferFailsAtSeconds: 1, leavesPromptLine: false };
    const bench = semBench({ family: "x7" }, quirks);
    expect(await bench.type("", 1_500)).toBe("SC 04|BFR|COR|END|FC 20|SC 08|FC 60|SC 00|I> ");
    await bench.close();
  });

  test("with classification the essential bits are listed, and flags say so after SC 08", async () => {
    const bench = semBench({ family: "x7" }, { classification: true });
    bench.memory.defineEssential(({ bit }) => bit === 3);
    bench.memory.flip({ frame: 2, word: 1, bit: 3 }, "particle");
    expect(await bench.type("")).toMatch(/END\|FC 00\|SC 08\|CLA\|WD 01 BT 03\|END\|FC 40\|SC 02\|O> $/);
    bench.memory.flip({ frame: 2, word: 1, bit: 4 }, "particle");
    // The flag after the first END is stale.
    expect(await bench.type("")).toMatch(/END\|FC 40\|SC 08\|CLA\|END\|FC 00\|SC 02\|O> $/);
    await bench.close();
  });

  test("detect only, as PG187 prints it, ends in Idle and corrects nothing; `D` and `U` from there", async () => {
    const bench = semBench({ family: "usp" }, { mode: "detect-testing" });
    bench.memory.flip({ frame: 0, word: 0, bit: 0 }, "particle");
    const block = "RI 00|ECC|TS 000000xx|PA 00000000|LA 00000000|WD 00 BT 00|";
    const ts = (text: string): string => text.replace(/TS 000000../, "TS 000000xx");
    expect(ts(await bench.type(""))).toBe(`|${block}FC 60|SC 00|I> `);
    expect(ts(await bench.type("U\r"))).toBe(`U|SC 40|U> |${block}SC 00|I> `);
    expect(await bench.type("O\r")).toBe("O|I> ");
    expect(await bench.type("D\r", 10)).toMatch(/^D\|SC 20\|D> /);
    expect(bench.memory.flipped()).toHaveLength(1);
    await bench.close();
  });

  test("is found 0 to 1 scan time after it fell", async () => {
    const bench = semBench({ family: "x7" }, { scanMs: 1_000 });
    const latencies: number[] = [];
    for (let k = 0; k < 60; k++) {
      await bench.clock.sleep(700 * k);
      const fellNs = bench.clock.nowNs();
      bench.memory.flip({ frame: 80 * k, word: 0, bit: 0 }, "particle");
      await bench.clock.sleep(1_100);
      const repaired = bench.truth.at(-1)!;
      expect(repaired.by).toBe("scrub");
      latencies.push((repaired.tNs - fellNs) / 1e6);
    }
    expect(Math.min(...latencies)).toBeLessThan(150);
    expect(Math.max(...latencies)).toBeGreaterThan(850);
    // Print time of the first lines at 115200 baud comes on top.
    expect(Math.max(...latencies)).toBeLessThan(1_010);
    await bench.close();
  });
});

describe("what it does not do", () => {
  test("N is ignored outside Idle; lower case, short and unknown commands only print the prompt again", async () => {
    const bench = semBench({ family: "us" });
    await talk(bench, [
      ["N C0000007A0\r", "N C0000007A0|O> "],
      ["I\r", "I|SC 00|I> "],
      ["n C0000007A0\r", "n C0000007A0|I> "],
      ["N C0000007A\r", "N C0000007A|I> "],
      ["Z\r", "Z|I> "],
      ["I\r", "I|I> "],
    ]);
    expect(bench.truth).toEqual([]);
  });

  test("injection disabled: the 7-series answers as ever, UltraScale makes no transition; neither flips", async () => {
    for (const [family, reply] of [
      ["x7", "SC 10|SC 00|I> "],
      ["us", "I> "],
    ] as const)
      for (const quirks of [{ injection: false }, { mode: "mitigation" }]) {
        const bench = semBench({ family }, quirks);
        await bench.type("I\r");
        expect(await bench.type("N C0000007A0\r")).toBe(`N C0000007A0|${reply}`);
        expect(bench.truth).toEqual([]);
        await bench.close();
      }
  });

  test("a masked frame takes N and does not change", async () => {
    const bench = semBench({ family: "us", maskedFrames: [0] });
    await bench.type("I\r");
    expect(await bench.type("N C0000007A0\r")).toContain("SC 10|SC 00|I> ");
    expect(bench.memory.flipped()).toEqual([]);
    await bench.close();
  });

  test("beyond 32 bytes received while it prints the rest is lost", async () => {
    const bench = semBench({ family: "usp" }, { baud: 9_600 });
    await bench.type("I\r");
    // While 93 lines go out, eighty bytes come in: 32 stay.
    const reply = await bench.type(`Q C0000000000\r${"S\r".repeat(40)}`, 500);
    expect(reply.split("SN 00").length - 1).toBe(16);
    await bench.close();
  });

  test("UltraScale has a fatal code of its own, or none before its HLT", async () => {
    for (const [haltSaysState, said] of [
      [true, "SC 9F|HLT|"],
      [false, "HLT|"],
    ] as const) {
      const bench = semBench({ family: "us" }, { haltsAtSeconds: 1, haltSaysState });
      expect(await bench.type("", 2_000)).toBe(said);
      await bench.close();
    }
  });

  test("HLT: nothing more, until power", async () => {
    const bench = semBench({ family: "x7" }, { haltsAtSeconds: 1 });
    expect(await bench.type("", 2_000)).toBe("SC 1F|HLT|");
    expect(await bench.type("S\r")).toBe("");
    bench.world.rail("a", false);
    await bench.type("");
    bench.world.rail("a", true);
    expect(await bench.type("")).toMatch(/^X7_SEM_V4_1\|.*O> $/);
    await bench.close();
  });
});

describe("reports asked for", () => {
  test("status of a 7-series part, field by field as PG036 has it; once a region on an SSI part", async () => {
    await talk(semBench({ family: "x7", frames: 0x1530 }), [
      ["S\r", "S|MF 00001531|SN 00|SC 02|FC 00|FS 0E|O> "],
    ]);
    const bench = semBench({ family: "x7", frames: 300 }, { slrs: 3 });
    expect((await bench.type("S\r")).match(/MF 00000065\|SN 0[012]/g)).toHaveLength(3);
    await bench.close();
  });

  test("status of an UltraScale part: SN SC FC RI MF TS TB CB CL", async () => {
    const bench = semBench({ family: "us" });
    expect((await bench.type("S\r")).replaceAll(/ [0-9A-F]+\|/g, " ")).toBe(
      "S|SN SC FC RI MF TS TB CB CL O> ",
    );
    await bench.close();
  });

  test("transcript D: query, translate, peek", async () => {
    const bench = semBench({ family: "usp", frames: 100_000 }, { idcode: 0x20bd8ede });
    await bench.type("I\r");
    expect(await bench.type("Q C0000000000\r")).toMatch(/^Q C0000000000\|([0-9A-F]{8}\|){93}I> $/);
    expect(await bench.type("T C00051A090D\r")).toBe("T C00051A090D|0008000090D|I> ");
    expect(await bench.type("T 0008000090D\r")).toBe("T 0008000090D|C00051A090D|I> ");
    expect(await bench.type("P 0C\r")).toBe("P 0C|20BD8EDE|I> ");
    bench.memory.flip({ frame: 7, word: 2, bit: 31 }, "particle");
    const words = (await bench.type("Q C0000007000\r")).split("|");
    expect(Number(`0x${words[3]!}`) ^ bench.memory.golden(7, 2)).toBe(0x80000000 | 0);
    await bench.close();
  });

  // The table of bench-protocols.md §1.1: 10 bits a character; an echo goes back while its command still comes. The injection itself takes 0.05 ms.
  test.each([
    ["us", 9_600, "N C0000007A0", 29],
    ["us", 115_200, "N C0000007A0", 2.4],
    ["us", 1_250_000, "N C0000007A0", 0.22],
    ["us", 9_600, "Q C000000000", 1_170],
    ["us", 115_200, "Q C000000000", 97],
    ["us", 1_250_000, "Q C000000000", 9],
    ["usp", 9_600, "Q C0000000000", 890],
    ["usp", 115_200, "Q C0000000000", 74],
    ["usp", 1_250_000, "Q C0000000000", 7],
  ] as const)(
    "%s at %d baud: %s and its answer take %d ms on the wire",
    async (family, baud, command, ms) => {
      const bench = semBench({ family }, { baud });
      await bench.type("I\r");
      const beganNs = bench.clock.nowNs();
      const { heardNs } = await bench.typed(`${command}\r`, 400);
      const tookMs = (heardNs - beganNs) / 1e6;
      expect(tookMs).toBeGreaterThan(0.96 * ms);
      expect(tookMs).toBeLessThan(1.04 * ms + 0.06);
      await bench.close();
    },
  );
});
