import type { Clock } from "../../domain/clock.ts";
import { printFrameAddress } from "../address/sem-address.ts";
import type { FrameAddress, SemFamily } from "../address/sem-address.ts";
import type { InstrumentNews } from "../driver.ts";
import type { PromptState, Token } from "./sem-framing.ts";
import { parseLine } from "./sem-lines.ts";
import type { Diagnosis, InitStage, SemLine, SemState } from "./sem-lines.ts";

/**
 * What a SEM controller says unasked: an error found, an initialization, its state, its end.
 *
 *   tokens that answer no command ─→ report under way ─prompt→ error reports (the newest 64), state, banner, news
 */
export interface ErrorReport {
  /** Counts from 1 since the port was opened. */
  readonly number: number;
  readonly diagnosis: Diagnosis;
  /** As `LA` named it, and as `PA` did; null where the controller does not know. */
  readonly linear: FrameAddress | null;
  readonly physical: FrameAddress | null;
  /** Before `COR`: where it is. */
  readonly located: readonly ReportedBit[];
  /** Between `COR` and `END`. A list of thousands is cut short: `correctedCount` counts them all. */
  readonly corrected: readonly ReportedBit[];
  readonly correctedCount: number;
  readonly essentialCount: number;
  /** The last of the report, which is the valid one: bit 5 uncorrectable, bit 6 essential. */
  readonly flags: number | null;
  /** Where the controller is afterwards. */
  readonly ends: PromptState;
  readonly endedNs: number;
}

export interface ReportedBit {
  readonly word: number;
  readonly bit: number;
}

interface Draft {
  diagnosis: Diagnosis | null;
  linear: FrameAddress | null;
  physical: FrameAddress | null;
  readonly located: ReportedBit[];
  readonly corrected: ReportedBit[];
  correctedCount: number;
  essentialCount: number;
  flags: number | null;
  list: "located" | "corrected" | "essential" | "none";
  garbled: boolean;
}

const mostReports = 64;
const mostBits = 64;

export class SemReports {
  /** Newest last. */
  readonly errors: ErrorReport[] = [];
  /** Error reports since the port was opened. */
  count = 0;
  /** Null until a prompt was seen, and whenever it cannot be known. */
  state: PromptState | null = null;
  /** Since the port was opened. */
  prompts = 0;
  banner: string | null = null;
  /** How far an initialization got that has not ended; null: none is under way. */
  initializing: InitStage | "begun" | null = null;
  halted = false;
  /** Lines that make no sense where they came, and error reports lost by them. */
  garbled = 0;
  /** Initializations since the port was opened. */
  initializations = 0;
  news: (news: InstrumentNews) => void = () => undefined;
  readonly #family: SemFamily;
  readonly #clock: Clock;
  #draft: Draft | null = null;

  constructor(family: SemFamily, clock: Clock) {
    this.#family = family;
    this.#clock = clock;
  }

  hear(token: Token): void {
    if (token.is === "prompt") this.#endReport(token.state);
    else if (token.is === "torn") this.#spoil();
    else this.#hearLine(token.text);
  }

  #hearLine(text: string): void {
    const line = parseLine(this.#family, text);
    if (line === null) {
      // An echo that nobody waits for any more is no harm; a line within a report is.
      if (this.#draft !== null || !/^[A-Z]( [0-9A-F]+)?$/.test(text)) this.#spoil();
      return;
    }
    switch (line.is) {
      case "halt":
        this.halt();
        break;
      case "state":
        this.#enter(line.state);
        break;
      case "banner":
        this.banner = text;
        this.initializing = "begun";
        this.initializations++;
        this.halted = false;
        this.state = null;
        this.news({
          level: "warning",
          text: `it initializes anew (${text}): its FPGA was loaded, or it was reset`,
        });
        break;
      case "stage":
        if (this.initializing !== null) this.initializing = line.text;
        break;
      case "diagnosis":
        this.#begin().diagnosis = line.diagnosis;
        break;
      case "field":
        if (line.name === "RI") this.#begin();
        break;
      case "flags":
      case "frame":
      case "bit":
      case "correction":
      case "classification":
      case "end":
        if (this.#draft !== null) write(this.#draft, line);
        break;
    }
  }

  /** `HLT`, in whatever it came. */
  halt(): void {
    if (this.halted) return;
    this.halted = true;
    this.state = null;
    this.#draft = null;
    this.news({
      level: "fault",
      text: "the SEM controller has halted (HLT, a fatal error of its own): nothing is scanned, corrected or injected any more; reconfigure the FPGA",
    });
  }

  #enter(state: SemState): void {
    if (state === "fatal") this.halt();
    else if (state === "correction" && this.#draft === null) this.#begin();
  }

  #begin(): Draft {
    // A diagnosis after a diagnosis: the end of the report before was lost.
    if (this.#draft !== null && this.#draft.diagnosis === null) return this.#draft;
    if (this.#draft !== null) this.garbled++;
    this.#draft = {
      diagnosis: null,
      linear: null,
      physical: null,
      located: [],
      corrected: [],
      correctedCount: 0,
      essentialCount: 0,
      flags: null,
      list: "located",
      garbled: false,
    };
    return this.#draft;
  }

  #spoil(): void {
    if (this.#draft !== null) this.#draft.garbled = true;
    this.garbled++;
  }

  /** A prompt of this state stands, in an answer or by itself. */
  stand(state: PromptState): void {
    this.state = state;
    this.prompts++;
  }

  #endReport(state: PromptState): void {
    this.stand(state);
    this.halted = false;
    this.initializing = null;
    const draft = this.#draft;
    this.#draft = null;
    if (draft === null) return;
    const { diagnosis, garbled, list: _list, ...rest } = draft;
    if (diagnosis === null || garbled) {
      this.garbled++;
      return;
    }
    const number = ++this.count;
    const report: ErrorReport = { ...rest, number, diagnosis, ends: state, endedNs: this.#clock.nowNs() };
    this.errors.push(report);
    if (this.errors.length > mostReports) this.errors.shift();
    this.news({ level: "info", text: inWords(report) });
  }
}

type ReportLine = Extract<
  SemLine,
  { readonly is: "flags" | "frame" | "bit" | "correction" | "classification" | "end" }
>;

function write(draft: Draft, line: ReportLine): void {
  switch (line.is) {
    case "flags":
      draft.flags = line.flags;
      break;
    case "frame":
      draft[line.frame.kind] = line.frame;
      break;
    case "bit":
      if (draft.list === "essential") draft.essentialCount++;
      if (draft.list === "corrected") draft.correctedCount++;
      if ((draft.list === "corrected" || draft.list === "located") && draft[draft.list].length < mostBits)
        draft[draft.list].push({ word: line.word, bit: line.bit });
      break;
    case "correction":
      draft.list = "corrected";
      break;
    case "classification":
      draft.list = "essential";
      break;
    case "end":
      draft.list = "none";
      break;
  }
}

function inWords({ diagnosis, linear, corrected, correctedCount, flags }: ErrorReport): string {
  const where = linear === null ? "somewhere" : `at LA ${printFrameAddress(linear)}`;
  const bits = corrected.map(({ word, bit }) => `word ${word} bit ${bit}`).join(", ");
  const done = correctedCount > 0 ? `corrected (${bits})` : "not corrected";
  return `${diagnosis} ${where}: ${done}${flags !== null && (flags & 0x20) !== 0 ? ", uncorrectable" : ""}`;
}
