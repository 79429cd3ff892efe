import type { Clock } from "../domain/clock.ts";
import { nsPerMs } from "../domain/clock.ts";
import type { ArmedTrip, RailReading, RailVerification } from "../domain/equipment.ts";
import type { Reply } from "../domain/reply.ts";
import { refused } from "../domain/reply.ts";
import type { Rail } from "./driver.ts";
import type { KoradLine } from "./korad-line.ts";
import { koradAmperes, koradMilliA, koradMilliV, koradStatus, koradVolts } from "./korad-replies.ts";
import type { KoradStatus } from "./korad-replies.ts";

/**
 * The one channel of a Korad: nothing is acknowledged, so nothing is believed that was not seen afterwards.
 *
 *   arm  VSET ISET OCP1 ─→ VSET1? ISET1? STATUS? (bit 5)
 *   on   OCP0 OCP1 OUT1 ─→ STATUS? (bit 6) and VOUT1? near the setting, or IOUT1? near the limit
 *   off  OUT0 ─→ STATUS? (bit 6) and VOUT1? near nothing
 */
export interface KoradRailSettings {
  readonly outputVerb: "auto" | "OUT" | "OUTPUT";
  readonly armedBit: "bit5" | "none";
  readonly settleMs: number;
  readonly offBelowMilliV: number;
  readonly mostMilliV: number;
  readonly mostMilliA: number;
}

const verifies: RailVerification = {
  output: "measured",
  current: "measured",
  trip: "hardware",
  deadMan: false,
};

interface Seen {
  readonly status: KoradStatus;
  readonly reading: RailReading & { readonly milliV: number; readonly milliA: number };
}

/** A rail at less than this share of its setting is not up. */
const upShare = 0.9;
const lookAgainMs = 100;
const cutAgain = 2;

export class KoradRail implements Rail {
  readonly verifies = verifies;
  readonly mostMilliV: number;
  readonly mostMilliA: number;
  readonly #line: KoradLine;
  readonly #its: KoradRailSettings;
  readonly #clock: Clock;
  #verb: "OUT" | "OUTPUT";
  #armed = false;
  /** As it was last told, or last seen: an output that goes off by itself was on before. */
  #wasOn: boolean | null = null;

  constructor(line: KoradLine, its: KoradRailSettings, clock: Clock) {
    this.#line = line;
    this.#its = its;
    this.#clock = clock;
    this.mostMilliV = its.mostMilliV;
    this.mostMilliA = its.mostMilliA;
    this.#verb = its.outputVerb === "OUTPUT" ? "OUTPUT" : "OUT";
  }

  async arm(wanted: Parameters<Rail["arm"]>[0]): Promise<Reply<ArmedTrip>> {
    const { milliV, tripMilliA } = wanted;
    const known = await this.#line.identify();
    if (known.kind !== "ok") return known;
    if (milliV !== null) {
      if (!within(milliV, this.mostMilliV))
        return refused(`${milliV} mV is beyond this supply's ${this.mostMilliV} mV`);
      const volts = koradVolts(milliV);
      await this.#line.set(`VSET1:${volts}`);
      const back = await this.#milliV("VSET1?");
      if (back.kind !== "ok") return back;
      if (back.value !== koradMilliV(volts))
        return refused(`told to hold ${volts} V, it reads back ${back.value} mV`);
    }
    if (tripMilliA === null) return this.#unarmed();
    if (!within(tripMilliA, this.mostMilliA))
      return refused(`${tripMilliA} mA is beyond this supply's ${this.mostMilliA} mA`);
    const amperes = koradAmperes(tripMilliA);
    await this.#line.set(`ISET1:${amperes}`);
    const back = await this.#milliA("ISET1?");
    if (back.kind !== "ok") return back;
    if (back.value !== koradMilliA(amperes))
      return refused(`told to trip at ${amperes} A, it reads back ${back.value} mA`);
    return this.#armTrip(back.value);
  }

  async on(): Promise<Reply<RailReading>> {
    const before = await this.#status();
    if (before.kind !== "ok") return before;
    if (!before.value.on && this.#isArmed(before.value)) {
      const cleared = await this.#clearTrip();
      if (cleared.kind !== "ok") return cleared;
    }
    const volts = await this.#milliV("VSET1?");
    if (volts.kind !== "ok") return volts;
    const amperes = await this.#milliA("ISET1?");
    if (amperes.kind !== "ok") return amperes;
    const isUp = ({ reading }: Seen): boolean =>
      reading.on &&
      (reading.regulating === "voltage"
        ? reading.milliV >= upShare * volts.value
        : reading.milliA >= upShare * amperes.value);
    const seen = await this.#switch(true, isUp);
    if (seen.kind !== "ok") return seen;
    const { reading } = seen.value;
    if (isUp(seen.value) || (reading.tripped ?? false)) return { kind: "ok", value: reading };
    return refused(
      reading.on
        ? `its status says on, and ${reading.milliV} mV are at its terminals, of ${volts.value} mV set`
        : "its output stays off: it tripped at once, or did not obey",
    );
  }

  async off(): Promise<Reply<RailReading>> {
    const isDown = ({ reading }: Seen): boolean => !reading.on && reading.milliV < this.#its.offBelowMilliV;
    const seen = await this.#switch(false, isDown);
    if (seen.kind !== "ok") return seen;
    const { reading } = seen.value;
    if (isDown(seen.value)) return { kind: "ok", value: reading };
    return refused(
      reading.on
        ? "its output stays on"
        : `its status says off, and ${reading.milliV} mV are still at its terminals`,
    );
  }

  async read(): Promise<Reply<RailReading>> {
    const seen = await this.#see();
    return seen.kind === "ok" ? { kind: "ok", value: seen.value.reading } : seen;
  }

  async prove(): Promise<Reply<readonly string[]>> {
    const seen = await this.#see();
    if (seen.kind !== "ok") return seen;
    const volts = await this.#milliV("VSET1?");
    if (volts.kind !== "ok") return volts;
    const amperes = await this.#milliA("ISET1?");
    if (amperes.kind !== "ok") return amperes;
    const { reading, status } = seen.value;
    return {
      kind: "ok",
      value: [
        `output ${reading.on ? "on" : "off"}, ${reading.milliV} mV, ${reading.milliA} mA`,
        `set to ${volts.value} mV and ${amperes.value} mA`,
        `status byte 0x${status.raw.toString(16).padStart(2, "0")}`,
      ],
    };
  }

  async #switch(on: boolean, reached: (seen: Seen) => boolean): Promise<Reply<Seen>> {
    const known = await this.#line.identify();
    if (known.kind !== "ok") return known;
    const tell = (verb: string): Promise<void> => {
      this.#wasOn = false;
      return this.#line.set(verb + (on ? "1" : "0"));
    };
    await tell(this.#verb);
    let seen = await this.#see();
    if (seen.kind === "ok" && seen.value.reading.on !== on && this.#mayBeCalledOtherwise()) {
      await tell("OUTPUT");
      seen = await this.#see();
      if (seen.kind === "ok" && seen.value.reading.on === on) this.#verb = "OUTPUT";
    }
    // A cut that got lost is told again; an output that does not come on may have tripped, and is left off.
    for (let again = 0; !on && again < cutAgain && seen.kind === "ok" && seen.value.reading.on; again++) {
      await tell(this.#verb);
      seen = await this.#see();
    }
    const endNs = this.#clock.nowNs() + this.#its.settleMs * nsPerMs;
    while (seen.kind === "ok" && seen.value.reading.on === on && !reached(seen.value)) {
      if (this.#clock.nowNs() >= endNs) break;
      await this.#line.rest(lookAgainMs);
      seen = await this.#see();
    }
    return seen;
  }

  #mayBeCalledOtherwise(): boolean {
    return this.#its.outputVerb === "auto" && this.#verb === "OUT" && this.#line.endsLines;
  }

  async #see(): Promise<Reply<Seen>> {
    const status = await this.#status();
    if (status.kind !== "ok") return status;
    const volts = await this.#milliV("VOUT1?");
    if (volts.kind !== "ok") return volts;
    const amperes = await this.#milliA("IOUT1?");
    if (amperes.kind !== "ok") return amperes;
    const { on, regulating } = status.value;
    const tripped = this.#trippedBy(status.value);
    if (tripped === true) {
      // One byte without a checksum is not enough to say that it tripped.
      const again = await this.#status();
      if (again.kind !== "ok") return again;
      if (again.value.on) return refused("its status byte says off, then on");
    }
    const reading = { on, milliV: volts.value, milliA: amperes.value, regulating, tripped };
    return { kind: "ok", value: { status: status.value, reading } };
  }

  async #armTrip(milliA: number): Promise<Reply<ArmedTrip>> {
    await this.#line.set("OCP1");
    const status = await this.#status();
    if (status.kind !== "ok") return status;
    if (this.#its.armedBit === "none") {
      this.#armed = true;
      const detail = `threshold of ${milliA} mA read back; that over-current protection is on is what it was told, not what it shows`;
      return { kind: "ok", value: { milliA, verified: "commanded", detail } };
    }
    if (!status.value.bit5)
      return refused(
        "told to arm over-current protection, bit 5 of its status byte stays 0 (where that bit means something else on this unit, write armedBit: none)",
      );
    this.#armed = true;
    const detail = `threshold of ${milliA} mA read back; bit 5 of the status byte shows over-current protection on`;
    return { kind: "ok", value: { milliA, verified: "read-back", detail } };
  }

  #unarmed(): Reply<ArmedTrip> {
    const detail = "no over-current trip asked for on this rail";
    return { kind: "ok", value: { milliA: null, verified: "none", detail } };
  }

  /**
   * As far as anybody knows, protection off and on again lets go of a trip; the output stays off meanwhile. Done before every
   * turning on while armed: a trip just before our own OFF leaves no trace.
   */
  async #clearTrip(): Promise<Reply<null>> {
    await this.#line.set("OCP0");
    await this.#line.set("OCP1");
    const status = await this.#status();
    if (status.kind !== "ok") return status;
    if (this.#its.armedBit === "bit5" && !status.value.bit5)
      return refused("over-current protection does not come back after the trip: the output stays off");
    return { kind: "ok", value: null };
  }

  /** Off, and not by us: nobody but its own over-current protection switches a locked panel. */
  #trippedBy(status: KoradStatus): boolean | null {
    if (status.on || this.#wasOn === false) return false;
    return this.#wasOn === true && this.#isArmed(status) ? true : null;
  }

  #isArmed(status: KoradStatus): boolean {
    return this.#armed || (this.#its.armedBit === "bit5" && status.bit5);
  }

  async #status(): Promise<Reply<KoradStatus>> {
    const reply = await this.#line.askByte("STATUS?");
    if (reply.kind !== "ok") return reply;
    const status = koradStatus(reply.value);
    if (status.on) this.#wasOn = true;
    return { kind: "ok", value: status };
  }

  #milliV(query: string): Promise<Reply<number>> {
    return this.#number(query, koradMilliV, this.mostMilliV);
  }

  #milliA(query: string): Promise<Reply<number>> {
    return this.#number(query, koradMilliA, this.mostMilliA);
  }

  async #number(
    query: string,
    meaning: (text: string) => number | null,
    most: number,
  ): Promise<Reply<number>> {
    const reply = await this.#line.askFive(query);
    if (reply.kind !== "ok") return reply;
    const value = meaning(reply.value);
    if (value === null || value > most * 1.1)
      return refused(`malformed: ${JSON.stringify(reply.value)} to ${query}`);
    return { kind: "ok", value };
  }
}

function within(value: number, most: number): boolean {
  return value >= 0 && value <= most;
}
