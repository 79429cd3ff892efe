import { nsPerMs } from "../../domain/clock.ts";
import type { InjectionSeen, StrikeManner } from "../../domain/equipment.ts";
import type { Reply, Silence } from "../../domain/reply.ts";
import { refused } from "../../domain/reply.ts";
import type { Upset } from "../../domain/strike.ts";
import type { LinearAddress, SemAddress } from "../address/sem-address.ts";
import { isRejected } from "./sem-commands.ts";
import type { SemCommands } from "./sem-commands.ts";
import type { SemDialogue } from "./sem-dialogue.ts";
import type { ErrorReport, SemReports } from "./sem-reports.ts";
import { addressesOf, corrects, differences, isCorrected, isOf, seen } from "./sem-strike.ts";
import type { SeenExtras, StrikeUnderWay } from "./sem-strike.ts";

/**
 * Strikes and takes strikes back, and counts only what it saw. `N` inverts a bit: once too often is as bad as not at all, so whatever is
 * in doubt is settled before anything is injected again.
 *
 *   arm:     I ─→ [Q] ─→ N for each bit ─→ [Q: just these bits differ] ─→ stays, or O
 *   release: with Q:  what differs still is inverted again ─→ Q: as it was
 *            without: O ─→ the scan reports the frame ─→ corrected, or uncorrectable ─→ N again ─→ O: no further report
 */
export interface StrikerParts {
  readonly readBack: boolean;
  /** How long the scan is given to find an upset. */
  readonly searchMs: number;
  readonly dialogue: SemDialogue;
  readonly commands: SemCommands;
  readonly reports: SemReports;
  readonly nowMs: () => number;
}

/** Of an error report, with its longest list here. */
const reportBytes = 400;

export class SemStriker {
  readonly #its: StrikerParts;
  #under: StrikeUnderWay | null = null;
  /** The strike taken back last, and what was seen of that. */
  #last: { readonly strike: Upset; readonly seen: InjectionSeen } | null = null;

  constructor(parts: StrikerParts) {
    this.#its = parts;
  }

  async arm(strike: Upset, word: SemAddress, manner: StrikeManner): Promise<Reply<InjectionSeen>> {
    const { commands, reports, readBack, nowMs } = this.#its;
    if (this.#under !== null) {
      const settled = await this.#takeBack(this.#under);
      if (settled.kind === "silence") return settled;
      if (settled.kind === "refused" || settled.value.restored === false)
        return refused(
          `an earlier strike at ${this.#under.strike.word} may still stand (${settled.kind === "ok" ? settled.value.detail : settled.reason}): reconfigure the FPGA`,
        );
      this.#under = null;
    }
    const idle = await this.#toIdle();
    if (idle.kind !== "ok") return idle;
    const before = readBack ? await twice(() => commands.query(frameOf(word))) : null;
    if (before !== null && before.kind !== "ok") return explained(before);
    const under: StrikeUnderWay = {
      strike,
      bits: addressesOf(strike, word),
      before: before?.value ?? null,
      answered: false,
      readBack: false,
      reported: false,
      injectedNs: nowMs() * nsPerMs,
      reportsBefore: reports.count,
      garbledBefore: reports.garbled,
      observations: [],
      details: [],
    };
    this.#under = under;
    const silent = await this.#inject(under);
    if (silent !== null) return silent;
    const extras = await this.#compare(under);
    if (extras.kind === "silence") return extras;
    if (manner.after === "observe") {
      const observing = await commands.observe();
      if (observing.kind === "silence") return observing;
      if (observing.kind === "refused") under.details.push(cannotObserve(observing));
    }
    return { kind: "ok", value: seen(under, extras.value) };
  }

  async release(strike: Upset): Promise<Reply<InjectionSeen>> {
    const under = this.#under;
    if (under?.strike.word !== strike.word || under.strike.mask !== strike.mask) {
      // Nothing is to be done; whether it would be done is asked all the same.
      const status = await this.#its.commands.status();
      if (status.kind === "silence") return status;
      const again = this.#last?.strike.word === strike.word && this.#last.strike.mask === strike.mask;
      return { kind: "ok", value: again ? this.#last!.seen : nothingArmed };
    }
    const reply = await this.#takeBack(under);
    if (reply.kind === "ok" && reply.value.restored === true) {
      this.#under = null;
      this.#last = { strike, seen: reply.value };
    }
    return reply;
  }

  /** What `I` does in Idle is not documented: it is sent only where the controller is elsewhere, and `S` where nobody knows. */
  async #toIdle(): Promise<Reply<null>> {
    const { commands, reports } = this.#its;
    if (reports.state === null) {
      const status = await twice(() => commands.status());
      if (status.kind === "silence") return status;
    }
    return reports.state === "idle" ? { kind: "ok", value: null } : twice(() => commands.idle());
  }

  /** Every bit once. Silence leaves the strike under way: it may have been made. */
  async #inject(under: StrikeUnderWay): Promise<Silence | null> {
    const { commands, reports, nowMs } = this.#its;
    let answered = 0;
    for (const bit of under.bits) {
      const reply = await commands.inject(bit);
      under.injectedNs = nowMs() * nsPerMs;
      if (reply.kind === "silence") return reply;
      if (reply.kind === "ok") answered++;
      else if (isRejected(reply) && reports.state !== "idle")
        under.details.push("N was sent while the controller was not idle, which it ignores");
      else if (isRejected(reply))
        under.details.push(
          "N was answered with the prompt alone: error injection is disabled in this build, or there is no such address",
        );
      else under.details.push(reply.reason);
    }
    under.answered = answered === under.bits.length;
    if (under.answered) under.observations.push("N: SC 10, SC 00");
    return null;
  }

  /** Reads back what was struck, where it can be read. */
  async #compare(under: StrikeUnderWay): Promise<{ kind: "ok"; value: SeenExtras } | Silence> {
    const { commands } = this.#its;
    const { before, bits, strike } = under;
    const [first] = bits;
    if (before === null || first === undefined) {
      if (under.answered) under.details.push("to be found by the scan at release");
      return { kind: "ok", value: { restored: false } };
    }
    const reply = await twice(() => commands.query(frameOf(first)));
    if (reply.kind === "silence") return reply;
    if (reply.kind === "refused") {
      under.details.push(reply.reason);
      return { kind: "ok", value: { before: before[first.word]!, restored: false } };
    }
    const differing = differences(before, reply.value);
    under.readBack = differing?.size === 1 && differing.get(first.word) === strike.mask >>> 0;
    if (under.readBack) under.observations.push("Q before and after: just these bits differ");
    else if (differing === null)
      under.details.push(
        under.answered
          ? "SC 10, SC 00 were answered and Q shows no change: the frame is masked, or shadowed by the processor system"
          : "Q shows no change",
      );
    else under.details.push("Q shows other bits changed than those that were struck");
    const extras = { before: before[first.word]!, after: reply.value[first.word]! };
    return { kind: "ok", value: { ...extras, restored: differing === null } };
  }

  async #takeBack(under: StrikeUnderWay): Promise<Reply<InjectionSeen>> {
    under.observations.length = 0;
    under.details.length = 0;
    return under.before === null ? this.#search(under) : this.#restore(under, under.before);
  }

  /** With read-back: what differs of the struck bits is inverted once more, and read again. */
  async #restore(under: StrikeUnderWay, before: readonly number[]): Promise<Reply<InjectionSeen>> {
    const { commands } = this.#its;
    const first = under.bits[0]!;
    const report = this.#reportOf(under);
    if (report !== null) under.reported = true;
    const idle = await this.#toIdle();
    if (idle.kind !== "ok") return idle;
    const now = await twice(() => commands.query(frameOf(first)));
    if (now.kind !== "ok") return now;
    const differing = differences(before, now.value);
    const extras = { before: before[first.word]!, after: now.value[first.word]!, ...dwell(report, under) };
    if (differing === null) {
      under.observations.push(
        report === null
          ? "Q: as it was before the strike"
          : "the scan corrected it; Q: as it was before the strike",
      );
      return { kind: "ok", value: seen(under, { ...extras, restored: true }) };
    }
    for (const bit of under.bits.filter(
      ({ bit: one }) => (((differing.get(first.word) ?? 0) >>> one) & 1) === 1,
    )) {
      const reply = await commands.inject(bit);
      if (reply.kind === "silence") return reply;
      if (reply.kind === "refused") under.details.push(reply.reason);
    }
    const after = await twice(() => commands.query(frameOf(first)));
    if (after.kind !== "ok") return after;
    const restored = differences(before, after.value) === null;
    if (restored) under.observations.push("a second N, and Q: as it was before the strike");
    else under.details.push("after a second N, Q still differs from before: reconfigure the FPGA");
    return { kind: "ok", value: seen(under, { ...extras, after: after.value[first.word]!, restored }) };
  }

  /** Without read-back: the scan has to find it. */
  async #search(under: StrikeUnderWay): Promise<Reply<InjectionSeen>> {
    const report = this.#reportOf(under) ?? (await this.#observeUntil(under));
    if (report !== null && "kind" in report)
      return report.kind === "silence" ? report : this.#unsearched(under, report);
    if (report === null) {
      under.details.push(this.#whyNotFound(under));
      return { kind: "ok", value: seen(under, { restored: await this.#hasSearched(under) }) };
    }
    under.reported = !isCorrected(report) || corrects(report, under);
    if (isCorrected(report)) {
      if (under.reported)
        under.observations.push(`the scan reported ${report.diagnosis} there, and corrected it`);
      else
        under.details.push(
          `the scan reported ${report.diagnosis} there, and corrected other bits than those struck`,
        );
      return { kind: "ok", value: seen(under, { restored: true, ...dwell(report, under) }) };
    }
    under.observations.push(`the scan reported ${report.diagnosis} there, and could not correct it`);
    const idle = await this.#toIdle();
    if (idle.kind !== "ok") return idle;
    const silent = await this.#injectAgain(under, report);
    if (silent !== null) return silent;
    return this.#confirmGone(under);
  }

  async #injectAgain(under: StrikeUnderWay, { located }: ErrorReport): Promise<Silence | null> {
    // Reports until now are of the strike; those after it are of what is left.
    under.reportsBefore = this.#its.reports.count;
    // Where it tells which bits stand, no other is touched: an earlier second `N` may have reached some.
    const stands = ({ word, bit }: SemAddress): boolean =>
      located.length === 0 || located.some((one) => one.word === word && one.bit === bit);
    for (const bit of under.bits.filter(stands)) {
      const reply = await this.#its.commands.inject(bit);
      if (reply.kind === "silence") return reply;
      if (reply.kind === "refused") under.details.push(reply.reason);
    }
    return null;
  }

  async #confirmGone(under: StrikeUnderWay): Promise<Reply<InjectionSeen>> {
    const again = await this.#observeUntil(under);
    if (again !== null && "kind" in again)
      return again.kind === "silence" ? again : this.#unsearched(under, again);
    if (again !== null) {
      under.details.push(
        `after a second N the scan still reports ${again.diagnosis} there: reconfigure the FPGA`,
      );
      return { kind: "ok", value: seen(under, { restored: isCorrected(again) }) };
    }
    const restored = await this.#hasSearched(under);
    if (restored) under.observations.push("a second N, and the scan finds nothing more there");
    else under.details.push("after a second N it is not known whether the scan went on");
    return { kind: "ok", value: seen(under, { restored }) };
  }

  /** That nothing was reported means something only where it scans to this moment, and nothing that it said was lost. */
  async #hasSearched(under: StrikeUnderWay): Promise<boolean> {
    const { commands, reports } = this.#its;
    const status = await twice(() => commands.status());
    const observes = status.kind === "ok" && status.value.every(({ state }) => state === "observation");
    return observes && reports.garbled === under.garbledBefore;
  }

  /** Observes (unless it does) until the struck frame is reported; null when the scan had passes enough. */
  async #observeUntil(
    under: StrikeUnderWay,
  ): Promise<ErrorReport | Exclude<Reply<never>, { kind: "ok" }> | null> {
    const { commands, dialogue, reports, searchMs } = this.#its;
    if (reports.state !== "observation") {
      const observing = await commands.observe();
      if (observing.kind !== "ok") return observing;
    }
    const found = await dialogue.until(() => this.#reportOf(under), searchMs + dialogue.wireMs(reportBytes));
    if (found === null && dialogue.ended) return { kind: "silence", waitedMs: 0 };
    return found;
  }

  #unsearched(under: StrikeUnderWay, why: { readonly reason: string }): Reply<InjectionSeen> {
    under.details.push(cannotObserve(why));
    return { kind: "ok", value: seen(under, { restored: false }) };
  }

  #whyNotFound(under: StrikeUnderWay): string {
    const { reports } = this.#its;
    if (reports.halted) return "the controller has halted (HLT): reconfigure the FPGA";
    if (reports.garbled > under.garbledBefore) return "the scan's report came garbled, or not at all";
    return under.answered
      ? "SC 10, SC 00 were answered but the scan found nothing: error injection is disabled in this build, or the frame is masked"
      : "the scan found nothing: nothing was struck";
  }

  #reportOf(under: StrikeUnderWay): ErrorReport | null {
    return (
      this.#its.reports.errors.find((report) => report.number > under.reportsBefore && isOf(report, under)) ??
      null
    );
  }
}

const nothingArmed: InjectionSeen = {
  confirmed: false,
  observations: [],
  address: null,
  before: null,
  after: null,
  dwellMs: null,
  restored: false,
  detail: "no such strike is under way since the port was opened: what was flipped before may still stand",
};

/** The word's frame: what `Q` ignores is 0. */
function frameOf(address: SemAddress): LinearAddress {
  return { ...(address as LinearAddress), word: 0, bit: 0 };
}

function dwell(report: ErrorReport | null, under: StrikeUnderWay): { readonly dwellMs?: number } {
  if (report === null || !corrects(report, under)) return {};
  return { dwellMs: (report.endedNs - under.injectedNs) / nsPerMs };
}

function cannotObserve({ reason }: { readonly reason: string }): string {
  return `O does not lead to Observation (${reason}): a build in emulation, monitoring or detect mode cannot look for the upset itself`;
}

function explained<R extends Exclude<Reply<never>, { kind: "ok" }>>(
  reply: R,
): R | ReturnType<typeof refused> {
  return isRejected(reply) && reply.kind === "refused"
    ? refused(
        `${reply.reason}: it does not know Q, or there is no such frame; set readBack: false, or look at maxFrame`,
      )
    : reply;
}

/** What only asks, or does the same when done twice, is asked once more where noise spoilt the answer. */
async function twice<T>(ask: () => Promise<Reply<T>>): Promise<Reply<T>> {
  const first = await ask();
  return first.kind === "refused" && !isRejected(first) ? ask() : first;
}
