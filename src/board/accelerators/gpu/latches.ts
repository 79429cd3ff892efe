import type { StrikeManner } from "../../../domain/strike.ts";
import type { Flip } from "../../memory.ts";
import type { HeldBits } from "../accelerator.ts";

/**
 * Flip-flops and latches of a machine, by name: words that no code protects. The machine works on the arrays themselves.
 *
 *   strike, hold ─→ [ words of each ] ⇄ machine ─ settle between the steps of a cycle: what is held is as it is held
 */
export interface Latches {
  strike(target: string, word: number, mask: number, manner: StrikeManner, value: number): Flip | null;
  /** All that is stuck from now on; bits of other targets are passed over. */
  hold(bits: readonly HeldBits[]): void;
  settle(): void;
  /** Whether `settle` has anything to do. */
  readonly held: boolean;
  /** Forgets what strikes held. */
  release(): void;
}

export interface LatchBank {
  readonly name: string;
  readonly raw: Uint32Array;
  readonly bits: number;
}

interface Held {
  readonly raw: Uint32Array;
  readonly word: number;
  readonly mask: number;
  readonly value: number;
}

export function createLatches(banks: readonly LatchBank[]): Latches {
  const byName = new Map(banks.map((bank) => [bank.name, bank]));
  let struck: Held[] = [];
  let given: Held[] = [];
  const settleAll = (held: readonly Held[]): void => {
    for (const { raw, word, mask, value } of held) raw[word] = (raw[word]! & ~mask) | (value & mask);
  };
  const settle = (): void => {
    settleAll(struck);
    settleAll(given);
  };
  return {
    strike: (target, word, mask, manner, value) => {
      const bank = byName.get(target);
      if (bank === undefined || !isThere(bank, word, mask)) return null;
      const { raw } = bank;
      const before = raw[word]!;
      raw[word] = manner === "flip" ? before ^ mask : (before & ~mask) | (value & mask);
      if (manner === "hold") struck.push({ raw, word, mask, value });
      settle();
      return { before, after: raw[word] };
    },
    hold: (bits) => {
      given = bits.flatMap(({ target, word, mask, value }) => {
        const bank = byName.get(target);
        const there = bank === undefined ? 0 : mask & widthMask(bank.bits);
        return bank === undefined || there === 0 || word >= bank.raw.length
          ? []
          : [{ raw: bank.raw, word, mask: there, value }];
      });
      settle();
    },
    settle,
    get held() {
      return struck.length > 0 || given.length > 0;
    },
    release: () => {
      struck = [];
    },
  };
}

export function isThere(
  { raw, bits }: { readonly raw: { readonly length: number }; readonly bits: number },
  word: number,
  mask: number,
): boolean {
  return Number.isInteger(word) && word >= 0 && word < raw.length && mask > 0 && mask < 2 ** bits;
}

function widthMask(bits: number): number {
  return bits === 32 ? -1 : (1 << bits) - 1;
}
