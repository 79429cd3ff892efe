import type { HeldBits } from "./accelerators/accelerator.ts";
import type { InfoRom, PageCause } from "./info-rom.ts";

/**
 * Retires pages of a device memory that err, as NVIDIA documents it ("Dynamic Page Retirement", docs/ecc.md): a page is retired after one double-bit error
 * in it, or after two single-bit errors at the same address; the page stays in use, pending, until the board comes up again; then others of the spare ones
 * stand in its place, and what was stuck in it no longer matters.
 *
 *   memory errors ─note→ retired, pending ─takeEffect (boot, load)→ retired ─inUse→ bits that still are stuck
 *
 * A machine with a device memory hands its `MemoryErrors` on to `note`, calls `takeEffect` when it is made, and passes what `hold` is given through `inUse`.
 */
export interface PageRetirement {
  note(word: number, error: "corrected" | "uncorrectable"): void;
  /** Those pending are out of use from now on. */
  takeEffect(): void;
  /** Of these bits, those not in a page out of use. */
  inUse(bits: readonly HeldBits[]): readonly HeldBits[];
  /** Pages retired, those pending included. */
  count(cause: PageCause): number;
  readonly pending: boolean;
}

export interface PageRetirementOptions {
  /** Name of the memory; its check bits are `<memory>-check`. */
  readonly memory: string;
  /** 1024: 4 KiB. */
  readonly pageWords?: number;
  /** 64, as the InfoROM of NVIDIA's boards before Ampere has room for. */
  readonly mostPages?: number;
  readonly infoRom: InfoRom;
}

export function pageRetirement(options: PageRetirementOptions): PageRetirement {
  const { memory, pageWords = 1024, mostPages = 64, infoRom } = options;
  const pageOf = (word: number): number => Math.floor(word / pageWords);
  const ours = (): typeof infoRom.retired => infoRom.retired.filter((page) => page.memory === memory);
  const retire = (page: number, cause: PageCause): void => {
    const retired = ours();
    // One that is out of use cannot err: its words are those of the spare page, which is not retired in turn.
    if (retired.some((other) => other.page === page)) return;
    if (retired.length >= mostPages) infoRom.retirementFailed = true;
    else infoRom.retired.push({ memory, page, cause, pending: true });
  };
  return {
    note: (word, error) => {
      if (error === "uncorrectable") {
        retire(pageOf(word), "double-bit");
        return;
      }
      const once = infoRom.correctedOnce.get(memory) ?? new Set<number>();
      infoRom.correctedOnce.set(memory, once);
      if (once.has(word)) retire(pageOf(word), "multiple-single-bit");
      else once.add(word);
    },
    takeEffect: () => {
      for (const page of ours()) page.pending = false;
    },
    inUse: (bits) => {
      const out = new Set(ours().flatMap(({ page, pending }) => (pending ? [] : [page])));
      const names = [memory, `${memory}-check`];
      if (out.size === 0) return bits;
      return bits.filter(({ target, word }) => !(names.includes(target) && out.has(pageOf(word))));
    },
    count: (cause) => ours().filter((page) => page.cause === cause).length,
    get pending() {
      return ours().some((page) => page.pending);
    },
  };
}
