import type { Clock } from "../../domain/clock.ts";
import { nsPerMs } from "../../domain/clock.ts";
import type { InjectionSeen, InstrumentIdentity, StrikeManner } from "../../domain/equipment.ts";
import type { Port } from "../../domain/link.ts";
import type { Reply } from "../../domain/reply.ts";
import { refused } from "../../domain/reply.ts";
import { plainAxes } from "../../domain/strike.ts";
import type { Upset, TargetSpace } from "../../domain/strike.ts";
import type { DriverSettings, InjectorInstrument, InstrumentNews } from "../driver.ts";
import { isRejected, semCommands } from "./sem-commands.ts";
import type { SemCommands } from "./sem-commands.ts";
import { SemDialogue } from "./sem-dialogue.ts";
import { SemReports } from "./sem-reports.ts";
import { silenceHint } from "./sem-silence.ts";
import { addressOfWord, familyTitles, selfCheckOf, wordCount } from "./sem-settings.ts";
import type { SemExtent, SemSettings } from "./sem-settings.ts";
import type { RegionStatus } from "./sem-status.ts";
import { SemStriker } from "./sem-striker.ts";

/**
 * A SEM controller as an injector: it strikes the configuration memory of the FPGA that it is in, and nothing else.
 *
 *   identify, prove ─→ commands ─→ dialogue ⇄ port
 *   arm, release ─→ striker ─→ commands          reports ─→ striker, news
 */
export const configurationSpace = "configuration";

export class SemInjector implements InjectorInstrument {
  readonly kind = "injector";
  readonly lacks: readonly string[];
  readonly #settings: SemSettings;
  readonly #reports: SemReports;
  readonly #dialogue: SemDialogue;
  readonly #commands: SemCommands;
  readonly #striker: SemStriker;
  #extent: SemExtent | null;

  constructor(port: Port, settings: DriverSettings & SemSettings, clock: Clock) {
    const { family, echo, answerMs, baud, wireBaud, maxFrame, slrs, scanMs, scans } = settings;
    const readBack = settings.readBack ?? family !== "x7";
    this.#settings = settings;
    this.#reports = new SemReports(family, clock);
    const msPerByte = 10_000 / (baud ?? wireBaud);
    this.#dialogue = new SemDialogue(port, clock, { answerMs, msPerByte, echo }, this.#reports);
    this.#commands = semCommands(family, this.#dialogue);
    this.#striker = new SemStriker({
      readBack,
      searchMs: scanMs * scans,
      dialogue: this.#dialogue,
      commands: this.#commands,
      reports: this.#reports,
      nowMs: () => clock.nowNs() / nsPerMs,
    });
    this.#extent = maxFrame === null || slrs === null ? null : { slrs, framesPerSlr: maxFrame - 1 };
    this.lacks = [
      "no checksum on what it answers",
      "no serial number of its own",
      ...(readBack ? [] : ["no read-back: a strike is proven only when the scan finds it, at release"]),
    ];
  }

  get space(): TargetSpace | null {
    const extent = this.#extent;
    if (extent === null) return null;
    const { family } = this.#settings;
    const selfCheck = selfCheckOf(this.#settings, extent).check;
    const words = wordCount(extent, family);
    return { name: configurationSpace, words, bits: 32, axes: plainAxes(words), selfCheck };
  }

  onNews(hear: (news: InstrumentNews) => void): void {
    this.#reports.news = hear;
  }

  async identify(): Promise<Reply<InstrumentIdentity>> {
    const status = await this.#status();
    if (status.kind !== "ok") return status;
    const wrong = this.#unfit(status.value);
    if (wrong !== null) return refused(wrong);
    const { family } = this.#settings;
    const model = `SEM controller, ${familyTitles[family]}`;
    return { kind: "ok", value: { model, serial: null, firmware: this.#reports.banner } };
  }

  async prove(): Promise<Reply<readonly string[]>> {
    const status = await this.#status();
    if (status.kind !== "ok") return status;
    const wrong = this.#unfit(status.value);
    if (wrong !== null) return refused(wrong);
    const { family } = this.#settings;
    const words = status.value.map(
      ({ slr, state, maxFrame, flags, featureSet }) =>
        `region ${slr}: ${state}, MF ${maxFrame}, FC ${flags}, FS ${featureSet ?? "not told"}`,
    );
    const shape = status.value[0]!.fields.includes("RI") ? "UltraScale" : "7-series";
    if (shape.startsWith("Ultra") !== (family !== "x7"))
      words.push(
        `its status report looks like one of the ${shape} family, the rig file says ${family}: look at 'family'`,
      );
    return { kind: "ok", value: words };
  }

  async arm(strike: Upset, manner: StrikeManner = { after: "idle" }): Promise<Reply<InjectionSeen>> {
    const extent = this.#extent ?? (await this.#learnExtent());
    if ("kind" in extent) return extent;
    const { family } = this.#settings;
    if (strike.target !== configurationSpace)
      return refused(`a SEM controller strikes '${configurationSpace}', not '${strike.target}'`);
    if (!(strike.word < wordCount(extent, family)) || strike.mask === 0)
      return refused(`no word ${strike.word} with bits to strike in this configuration memory`);
    return this.#hinted(await this.#striker.arm(strike, addressOfWord(family, extent, strike.word), manner));
  }

  async release(strike: Upset): Promise<Reply<InjectionSeen>> {
    return this.#hinted(await this.#striker.release(strike));
  }

  /** From wherever it is: in a state that has no status report it is sent to Idle first. */
  async #status(): Promise<Reply<readonly RegionStatus[]>> {
    let status = await this.#commands.status();
    if (isRejected(status) && this.#reports.state === "detect") {
      const idle = await this.#commands.idle();
      if (idle.kind === "silence") return this.#hinted(idle);
    }
    // Noise on the line spoils one report, not two in a row.
    if (status.kind === "refused") status = await this.#commands.status();
    if (status.kind === "ok") this.#learn(status.value);
    return this.#hinted(status);
  }

  async #learnExtent(): Promise<SemExtent | Exclude<Reply<never>, { kind: "ok" }>> {
    const status = await this.#status();
    return status.kind === "ok" ? this.#learn(status.value) : status;
  }

  #learn(regions: readonly RegionStatus[]): SemExtent {
    const { maxFrame, slrs } = this.#settings;
    const framesPerSlr = Math.max(1, (maxFrame ?? regions[0]?.maxFrame ?? 2) - 1);
    this.#extent = { slrs: slrs ?? regions.length, framesPerSlr };
    return this.#extent;
  }

  /** What it says against what the rig file says. */
  #unfit(regions: readonly RegionStatus[]): string | null {
    const { maxFrame, slrs } = this.#settings;
    const told = regions[0]?.maxFrame ?? null;
    if (maxFrame !== null && told !== maxFrame)
      return `it says MF ${told}, the rig file says maxFrame ${maxFrame}: another part or design is in the socket, or correct 'maxFrame'`;
    if (slrs !== null && regions.length !== slrs)
      return `it reports ${regions.length} super logic regions, the rig file says ${slrs}: correct 'slrs'`;
    return this.#extent === null ? null : selfCheckOf(this.#settings, this.#extent).wrong;
  }

  #hinted<T>(reply: Reply<T>): Reply<T> {
    if (reply.kind !== "silence") return reply;
    const { family } = this.#settings;
    return { ...reply, hint: silenceHint(family, this.#dialogue.heard, this.#reports) };
  }
}
