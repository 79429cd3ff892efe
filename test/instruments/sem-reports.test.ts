import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/cli/clocks.ts";
import { parseAddress } from "../../src/instruments/address/sem-address.ts";
import type { SemFamily } from "../../src/instruments/address/sem-address.ts";
import { semCommands } from "../../src/instruments/sem/sem-commands.ts";
import type { SemCommands } from "../../src/instruments/sem/sem-commands.ts";
import { SemDialogue } from "../../src/instruments/sem/sem-dialogue.ts";
import { SemFraming } from "../../src/instruments/sem/sem-framing.ts";
import type { Token } from "../../src/instruments/sem/sem-framing.ts";
import { SemReports } from "../../src/instruments/sem/sem-reports.ts";
import { memoryPair } from "../../src/link/memory.ts";

/** Vectors of bench-protocols.md §1.0 and §1.6 to §1.9: real captures and printed logs. `|` stands for CR. */
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll("|", "\r"), "latin1");
const line = (text: string): Token => ({ is: "line", text });
const idle: Token = { is: "prompt", state: "idle" };
const observation: Token = { is: "prompt", state: "observation" };

function framed(...chunks: readonly Uint8Array[]): Token[] {
  const framing = new SemFraming();
  return chunks.flatMap((chunk) => framing.push(chunk));
}

function heard(family: SemFamily, text: string): SemReports {
  const reports = new SemReports(family, virtualClock());
  for (const token of framed(bytes(text))) reports.hear(token);
  return reports;
}

const capture7Series = "X7_SEM_V4_1|SC 01|FS 0E|ICAP OK|RDBK OK|INIT OK|SC 02|O> ";

describe("lines and prompts", () => {
  test("the prompt that ends a real initialization is told when it stands", () => {
    const tokens = framed(bytes(capture7Series));
    expect(tokens).toHaveLength(8);
    expect(tokens.at(-1)).toEqual(observation);
    expect(framed(bytes("O>"))).toEqual([]);
  });

  test("what a readline never delivers: prompts glued to the echoes after them", () => {
    expect(framed(bytes("O> I|SC 00|I> N C0000007A0|SC 10|SC 00|I> "))).toEqual([
      observation,
      line("I"),
      line("SC 00"),
      idle,
      line("N C0000007A0"),
      line("SC 10"),
      line("SC 00"),
      idle,
    ]);
  });

  test.each(["\r", "\n", "\r\n"])("lines end with %j", (end) => {
    expect(framed(bytes(`SC 10${end}SC 00${end}I> `))).toEqual([line("SC 10"), line("SC 00"), idle]);
  });

  test("all four prompts; a line that lost its end is torn, and the prompt still stands", () => {
    expect(
      framed(bytes("I> O> D> U> ")).map((token) => (token.is === "prompt" ? token.state : null)),
    ).toEqual(["idle", "observation", "detect", "diagnostic"]);
    expect(framed(bytes("SC 00I> "))).toEqual([{ is: "torn", text: "SC 00" }, idle]);
  });

  test("however it is cut, the same tokens come, and never more than 80 characters are held", () => {
    const text = fc.array(fc.constantFrom(..."IODU> SC01|\n\xffWD".split("")), { maxLength: 300 });
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 300 })), (characters, places) => {
        const whole = bytes(characters.join(""));
        const cuts = [0, ...places.filter((at) => at < whole.length).sort((a, b) => a - b), whole.length];
        const chunks = cuts.slice(1).map((to, index) => whole.subarray(cuts[index], to));
        const tokens = framed(whole);
        expect(framed(...chunks)).toEqual(tokens);
        for (const token of tokens)
          if (token.is !== "prompt") expect(token.text.length).toBeLessThanOrEqual(80);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("initialization reports", () => {
  test.each([
    ["x7", capture7Series, "X7_SEM_V4_1"],
    ["usp", "SEM_ULTRA_V3_1|SC 01|FS 04|AF 01|ICAP OK|RDBK OK|INIT OK|SC 02|O> ", "SEM_ULTRA_V3_1"],
  ] as const)("%s", (family, text, banner) => {
    const reports = heard(family, text);
    expect(reports).toMatchObject({
      banner,
      state: "observation",
      initializing: null,
      initializations: 1,
      garbled: 0,
    });
  });

  test("one that stops tells where", () => {
    expect(heard("x7", "X7_SEM_V4_1|SC 01|FS 0E|ICAP OK|").initializing).toBe("ICAP OK");
    expect(heard("x7", "X7_SEM_V4_1|SC 01|").initializing).toBe("begun");
  });
});

describe("error reports", () => {
  const at = { slr: 0, frame: 0 };
  const wd3d = [{ word: 0x3d, bit: 0 }];
  test.each([
    [
      "us",
      "transcript A",
      "|RI 00|SC 04|ECC|TS 00001034|PA 0000000|LA 0000000|COR|WD 3D BT 00|END|FC 00|SC 08|FC 40|SC 02|O> ",
      { diagnosis: "ECC", linear: at, located: [], corrected: wd3d, flags: 0x40, ends: "observation" },
    ],
    [
      "x7",
      "transcript B",
      "SC 04|SED OK|PA 00000000|LA 00000000|WD 3D BT 00|COR|WD 3D BT 00|END|FC 00|SC 08|FC 40|SC 02|O> ",
      {
        diagnosis: "SED OK",
        linear: at,
        physical: { row: 0 },
        located: wd3d,
        corrected: wd3d,
        correctedCount: 1,
        flags: 0x40,
        ends: "observation",
      },
    ],
    [
      "x7",
      "transcript C",
      "SC 04|DED|PA 00000000|LA 00000000|COR|END|FC 20|SC 08|FC 60|SC 00|I> ",
      { diagnosis: "DED", linear: at, corrected: [], flags: 0x60, ends: "idle" },
    ],
    [
      "x7",
      "a syndrome that points nowhere",
      "SC 04|SED NG|PA 00000000|LA 00000000|COR|END|FC 20|SC 08|FC 60|SC 00|I> ",
      { diagnosis: "SED NG", linear: at, flags: 0x60 },
    ],
    [
      "x7",
      "CRC only",
      "SC 04|CRC|COR|END|FC 20|SC 08|FC 60|SC 00|I> ",
      { diagnosis: "CRC", linear: null, flags: 0x60 },
    ],
    [
      "x7",
      "the buffer of enhanced repair",
      "SC 04|BFR|COR|END|FC 20|SC 08|FC 60|SC 00|I> ",
      { diagnosis: "BFR", linear: null },
    ],
    [
      "x7",
      "classified",
      "SC 04|SED OK|PA 00000000|LA 00000000|WD 3D BT 00|COR|WD 3D BT 00|END|FC 40|SC 08|CLA|WD 3D BT 00|END|FC 40|SC 02|O> ",
      { corrected: wd3d, essentialCount: 1, flags: 0x40 },
    ],
    [
      "x7",
      "a stale flag after the first END",
      "SC 04|SED OK|PA 00000000|LA 00000000|WD 3D BT 00|COR|WD 3D BT 00|END|FC 40|SC 08|CLA|END|FC 00|SC 02|O> ",
      { essentialCount: 0, flags: 0 },
    ],
    [
      "usp",
      "the detect-only log of PG187",
      "|RI 00|ECC|TS 00001034|PA 00000000|LA 00000000|WD 00 BT 00|FC 60|SC 00|I> ",
      {
        diagnosis: "ECC",
        linear: at,
        located: [{ word: 0, bit: 0 }],
        corrected: [],
        flags: 0x60,
        ends: "idle",
      },
    ],
    [
      "us",
      "CRC",
      "RI 00|SC 04|CRC|TS 00001034|COR|END|FC 20|SC 08|FC 60|SC 00|I> ",
      { diagnosis: "CRC", linear: null, ends: "idle" },
    ],
    [
      "us",
      "auxiliary, correctable, essential",
      "SC 04|AUX|TS 00001034|FC 00|SC 08|FC 40|SC 02|O> ",
      { diagnosis: "AUX", flags: 0x40, ends: "observation" },
    ],
    [
      "us",
      "auxiliary, correctable, non-essential",
      "SC 04|AUX|TS 00001034|FC 40|SC 08|FC 00|SC 02|O> ",
      { diagnosis: "AUX", flags: 0 },
    ],
    [
      "us",
      "auxiliary, uncorrectable",
      "SC 04|AUX|TS 00001034|FC 20|SC 08|FC 60|SC 00|I> ",
      { diagnosis: "AUX", flags: 0x60, ends: "idle" },
    ],
  ] as const)("%s: %s", (family, _, text, report) => {
    const reports = heard(family, text);
    expect(reports.errors).toMatchObject([report]);
    expect(reports.garbled).toBe(0);
  });

  test("a list of thousands is counted, and not kept", () => {
    const list = Array.from(
      { length: 3000 },
      (_, k) => `WD ${(k % 101).toString(16).toUpperCase().padStart(2, "0")} BT 00|`,
    );
    const [report] = heard(
      "x7",
      `SC 04|DED|PA 00000000|LA 00000000|COR|${list.join("")}END|FC 00|SC 08|FC 40|SC 02|O> `,
    ).errors;
    expect(report).toMatchObject({ correctedCount: 3000, flags: 0x40 });
    expect(report!.corrected.length).toBeLessThanOrEqual(64);
  });

  test("one garbled line, and the report is none", () => {
    for (const spoilt of ["LA 0000Z000", "LA 00\xff00000", "", "WD 3D BT 2"]) {
      const text = `SC 04|SED OK|PA 00000000|${spoilt === "" ? "SED" : spoilt}|WD 3D BT 00|COR|END|FC 00|SC 08|FC 40|SC 02|O> `;
      const reports = heard("x7", text);
      expect([spoilt, reports.errors]).toEqual([spoilt, []]);
      expect(reports.garbled).toBeGreaterThan(0);
    }
  });

  test("HLT comes at any time, with its state code or without", () => {
    for (const text of ["SC 1F|HLT|", "SC 9F|", "HLT|", "SC 04|SED OK|HLT|"]) {
      const reports = new SemReports("x7", virtualClock());
      const news: string[] = [];
      reports.news = ({ level }) => news.push(level);
      for (const token of framed(bytes(text))) reports.hear(token);
      expect([text, reports.halted, news]).toEqual([text, true, ["fault"]]);
    }
  });

  test("whatever comes, hearing it neither throws nor grows", () => {
    const piece = fc.constantFrom(
      "SC 04|",
      "SED OK|",
      "RI 00|",
      "PA 00000000|",
      "LA 00000001|",
      "WD 01 BT 02|",
      "COR|",
      "END|",
      "CLA|",
      "FC 60|",
      "HLT|",
      "O> ",
      "I> ",
      "X7_SEM_V4_1|",
      "ICAP OK|",
      "\xfe",
      "|",
      "constructor|",
      "SC __proto__|",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 400 }),
        fc.constantFrom("x7", "us", "usp"),
        (pieces, family) => {
          const reports = heard(family, pieces.join(""));
          expect(reports.errors.length).toBeLessThanOrEqual(64);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});

/** Plays a transcript: what it prints for each thing typed, in one chunk with the echo. */
async function scripted(
  family: SemFamily,
  script: Readonly<Record<string, string>>,
  ask: (commands: SemCommands, reports: SemReports) => Promise<void>,
): Promise<void> {
  const clock = virtualClock();
  const [host, device] = memoryPair("sem");
  const reports = new SemReports(family, clock);
  const dialogue = new SemDialogue(host, clock, { answerMs: 100, msPerByte: 1, echo: true }, reports);
  const answering = (async () => {
    for await (const chunk of device.chunks) {
      const typed = Buffer.from(chunk).toString("latin1");
      await device.write(bytes(typed + (script[typed.trimEnd()] ?? "")));
    }
  })();
  await ask(semCommands(family, dialogue), reports);
  await host.close();
  await answering;
}

describe("commands, against the transcripts", () => {
  const address = (family: SemFamily, text: string) => parseAddress(family, text)!;

  test("A: I, N, O, and the report that follows unasked", async () => {
    const report =
      "|RI 00|SC 04|ECC|TS 00001034|PA 0000000|LA 0000000|COR|WD 3D BT 00|END|FC 00|SC 08|FC 40|SC 02|O> ";
    const script = { I: "SC 00|I> ", "N C0000007A0": "SC 10|SC 00|I> ", O: `SC 02|O> ${report}` };
    await scripted("us", script, async (commands, reports) => {
      expect(await commands.idle()).toEqual({ kind: "ok", value: null });
      expect(await commands.inject(address("us", "C0000007A0"))).toEqual({ kind: "ok", value: null });
      expect(await commands.observe()).toEqual({ kind: "ok", value: null });
      expect(reports.errors).toHaveLength(1);
      expect(reports.state).toBe("observation");
    });
  });

  test("D: query, translate, peek", async () => {
    const words = Array.from({ length: 93 }, (_, k) => k);
    const printed = words.map((word) => `${word.toString(16).toUpperCase().padStart(8, "0")}|`).join("");
    const script = {
      "Q C0000000000": `${printed}I> `,
      "T C00051A090D": "0008000090D|I> ",
      "T 0008000090D": "C00051A090D|I> ",
      "P 00": "20BD8EDE|I> ",
      "P 0C": "04B37093|I> ",
      "X C0000000000": "0000FFFF|I> ",
    };
    await scripted("usp", script, async (commands) => {
      const zero = address("usp", "C0000000000");
      if (zero.kind !== "linear") throw new Error("linear");
      expect(await commands.query(zero)).toEqual({ kind: "ok", value: words });
      const [linear, physical] = ["C00051A090D", "0008000090D"].map((text) => address("usp", text));
      expect(await commands.translate(linear!)).toEqual({ kind: "ok", value: physical });
      expect(await commands.translate(physical!)).toEqual({ kind: "ok", value: linear });
      expect(await commands.peek(0)).toEqual({ kind: "ok", value: 0x20bd8ede });
      // IDCODE is register 01100.
      expect(await commands.peek(0b01100)).toEqual({ kind: "ok", value: 0x04b37093 });
      expect(await commands.external(zero)).toEqual({ kind: "ok", value: 0xffff });
    });
  });

  test("E: software reset; D and U", async () => {
    const script = {
      "R 00": "SEM_ULTRA_V3_1|SC 01|FS 04|AF 01|ICAP OK|RDBK OK|INIT OK|SC 02|O> ",
      D: "SC 20|D> ",
      U: "SC 40|U> RI 00|ECC|TS 00001034|PA 00000000|LA 00000000|WD 00 BT 00|SC 00|I> ",
    };
    await scripted("usp", script, async (commands) => {
      expect(await commands.reset()).toMatchObject({ kind: "ok" });
      expect(await commands.detectOnly()).toMatchObject({ kind: "ok" });
      expect(await commands.diagnose(10)).toMatchObject({ kind: "ok" });
    });
  });

  test("status: in any order, of any width, once a region; 7-series and UltraScale", async () => {
    const report = "MF 00001531|SN 00|SC 02|FC 00|FS 0E|";
    await scripted("x7", { S: `${report}O> ` }, async (commands) => {
      expect(await commands.status()).toMatchObject({
        value: [{ slr: 0, state: "observation", flags: 0, maxFrame: 0x1531, featureSet: 14 }],
      });
    });
    const ssi = "MF 00000065|SN 00|SC 00|FC 00|FS 0E|MF 00000065|SN 01|SC 00|FC 00|FS 0E|I> ";
    await scripted("x7", { S: ssi }, async (commands) => {
      expect(await commands.status()).toMatchObject({ value: [{ slr: 0 }, { slr: 1, state: "idle" }] });
    });
    const ultra = "SN 00|SC 00|FC 40|RI 00|MF 00008000|TS 00001034|TB 0000|CB 00|CL 000|I> ";
    await scripted("us", { S: ultra }, async (commands) => {
      expect(await commands.status()).toMatchObject({
        value: [{ maxFrame: 0x8000, flags: 0x40, featureSet: null }],
      });
    });
  });

  test("an answer that comes too late is none to the next command, with an echo or without", async () => {
    for (const echo of [true, false]) {
      const clock = virtualClock();
      const [host, device] = memoryPair("sem");
      const reports = new SemReports("us", clock);
      const dialogue = new SemDialogue(host, clock, { answerMs: 100, msPerByte: 0, echo }, reports);
      const said = ["SC 10|SC 00|I> ", "I> "];
      void (async () => {
        for await (const chunk of device.chunks) {
          const typed = echo ? Buffer.from(chunk).toString("latin1") : "";
          const answer = bytes(typed + said.shift()!);
          void clock.sleep(said.length === 1 ? 150 : 90).then(() => device.write(answer));
        }
      })();
      const commands = semCommands("us", dialogue);
      const at = address("us", "C0000007A0");
      expect(await commands.inject(at)).toMatchObject({ kind: "silence" });
      // Error injection is disabled: it answers with the prompt alone.
      expect([echo, await commands.inject(at)]).toMatchObject([
        echo,
        { reason: expect.stringMatching(/^rejected/) as string },
      ]);
      await host.close();
    }
  });

  test.each([
    ["x7", "00020002"],
    ["us", "FFFFFFFF"],
    ["usp", "00040002"],
    ["x7", "00000001"],
    ["us", "00000000"],
  ] as const)("%s: MF %s tells of frames that no address names, and is no status", async (family, mf) => {
    await scripted(family, { S: `MF ${mf}|SN 00|SC 00|FC 00|FS 0E|I> ` }, async (commands) => {
      expect(await commands.status()).toMatchObject({
        reason: expect.stringMatching(/^garbled/) as string,
      });
    });
  });

  test("the prompt without the expected lines is a rejection, other lines are garbled, no prompt is silence", async () => {
    const script = {
      "N C0000007A0": "I> ",
      O: "SC 02|I> ",
      S: "MF 0000\xff531|SN 00|SC 02|O> ",
      I: "SC 00|",
      D: "SC 20D> ",
    };
    await scripted("us", script, async (commands) => {
      expect(await commands.inject(address("us", "C0000007A0"))).toMatchObject({
        reason: expect.stringMatching(/^rejected/) as string,
      });
      for (const reply of [await commands.observe(), await commands.status(), await commands.detectOnly()])
        expect(reply).toMatchObject({ reason: expect.stringMatching(/^garbled/) as string });
      expect(await commands.idle()).toMatchObject({ kind: "silence" });
    });
  });
});
