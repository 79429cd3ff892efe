/**
 * Which boot a device is in, told by the boot id in every line.
 *
 *   id as before ─→ same      id never seen ─→ new, to be told once      id of an earlier boot ─→ over
 */

/** A late line of a boot that is over must not pass for a new one; so many are remembered. */
const bootsRemembered = 16;

export class Boots {
  #now: number | null = null;
  #over: readonly number[] = [];
  #count = 0;
  #told = false;
  #lostAtMost: number | null = null;

  /** null before anything was heard. */
  get now(): number | null {
    return this.#now;
  }

  /** The boot in which the device was met: nothing is known of one before it. */
  get isFirst(): boolean {
    return this.#count <= 1;
  }

  /** News of this boot may go up: it has been told, or was there when the device was met. */
  get isTold(): boolean {
    return this.#told || this.isFirst;
  }

  place(boot: number): "same" | "new" | "over" {
    if (boot === this.#now) return "same";
    return this.#over.includes(boot) ? "over" : "new";
  }

  /** `lostAtMost`: events that may have gone with the boot that is over now; null: no bound known. */
  enter(boot: number, lostAtMost: number | null): void {
    if (this.#now !== null) this.#over = [...this.#over, this.#now].slice(-bootsRemembered);
    this.#lostAtMost = this.#now === null ? null : lostAtMost;
    this.#now = boot;
    this.#count++;
    this.#told = false;
  }

  /** Calls `tell` the first time in each boot. */
  tellOnce(tell: (boot: number, lostAtMost: number | null) => void): void {
    if (this.#told || this.#now === null) return;
    this.#told = true;
    tell(this.#now, this.#lostAtMost);
  }
}
