import type { StruckSpace } from "../machine.ts";
import { arrayStructures } from "./array-registers.ts";
import type { Decoded, Mnemonic } from "./instruction-set.ts";

/** The first execution cycle of the first instruction of a kind, and its first operands as they stood then. */
export interface FirstUse {
  readonly cycle: number;
  readonly operands: readonly number[];
  /** X. */
  readonly first: number;
}

export type FirstUses = ReadonlyMap<Mnemonic, FirstUse>;
type SelfCheckHint = Required<StruckSpace["selfCheck"]>;

/** Collects first uses while a program runs. */
export function watchUses(): {
  readonly uses: FirstUses;
  see(cycle: number, decoded: Decoded, scalars: Uint32Array): void;
} {
  const uses = new Map<Mnemonic, FirstUse>();
  return {
    uses,
    see: (cycle, { name, d }, scalars) => {
      if (!uses.has(name)) uses.set(name, { cycle, operands: [...scalars.subarray(d, d + 2)], first: d });
    },
  };
}

const ofBuffer = ["MATMUL", "MAP", "COMBINE", "REQUANT", "REDUCE", "EXCHANGE"] as const;

const ofMatmul: readonly string[] = ["accumulators", "weight-fifo", ...arrayStructures];

/**
 * Where a strike on a structure is likely to be critical: when row 0 of the first MATMUL stands in the array, or on the operands of the first instruction of
 * its unit. Structures that a program does not use (the array without a matmul, `lanes` without a row reduction) have no critical strike.
 * A memory with SEC-DED is struck in two bits, which it can only detect.
 */
export function selfCheckHint(
  name: string,
  uses: FirstUses,
  { rows, columns, bits, checked }: HintContext,
): SelfCheckHint {
  const first = (...names: readonly Mnemonic[]): FirstUse | undefined =>
    names.map((mnemonic) => uses.get(mnemonic)).find((use) => use !== undefined);
  const at = (word: number, cycle: number, mask = 2 ** Math.max(0, bits - 2)): SelfCheckHint => ({
    word,
    cycle,
    mask: checked === "sec-ded" ? 3 : mask,
    tries: 64,
  });
  const unused = { word: 0, cycle: 0, mask: 1, tries: 0 };
  const needs =
    name === "lanes" ? "REDUCE" : ofMatmul.includes(name.replace(/-check$/, "")) ? "MATMUL" : null;
  if (needs !== null && !uses.has(needs)) return unused;
  const pass = uses.get("MATMUL")?.cycle ?? 0;
  switch (name.replace(/-check$/, "")) {
    case "hbm": {
      const use = first("LOADW", "LOADT", "DMAIN", "MARCH");
      return at(use?.operands[0] ?? 0, use?.cycle ?? 0);
    }
    case "unified-buffer": {
      const use = first(...ofBuffer);
      if (use !== undefined) return at(use.operands[0]!, use.cycle);
      const out = uses.get("DMAOUT");
      return at(out?.operands[1] ?? 0, out?.cycle ?? 0);
    }
    case "accumulators":
      return at(0, pass + rows + columns);
    case "weight-fifo":
      return at(0, uses.get("SHIFT")?.cycle ?? 0);
    case "instructions":
      return at(0, 0);
    case "weight":
      return at(0, pass);
    case "shadow-weight":
      return at(0, uses.get("SWAP")?.cycle ?? 0);
    case "activation":
      return at(0, pass + 1);
    case "partial-sum":
      return at((rows - 1) * columns, pass + rows);
    case "skew":
      return at(0, pass + 1);
    case "de-skew":
      return at(((columns - 1) * (columns - 2)) / 2, pass + rows + 1);
    case "lanes":
      return at(0, (uses.get("REDUCE")?.cycle ?? 0) + 1);
    case "scalars": {
      const use = first("MATMUL", "DMAIN", "MARCH");
      return at(use?.first ?? 0, use?.cycle ?? 0);
    }
    default:
      // `control`: the program counter before its second fetch.
      return at(0, 3);
  }
}

export interface HintContext {
  /** Of the array. */
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly checked: "none" | "parity" | "sec-ded";
}
