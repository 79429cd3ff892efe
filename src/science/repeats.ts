import type { Evidence } from "../domain/evidence.ts";

/** An error that was seen: its number, that of the primary it repeats (its own for a primary), and what was wrong. */
export interface SeenError {
  readonly number: number;
  readonly primary: number;
  /** Place in the order in which iterations were executed, which differs from the input's number under injection. */
  readonly step: number;
  readonly evidence: Pick<Evidence, "wrong" | "digest" | "elements">;
}

/**
 * Primary or repeat (WL-4): an error in the next iteration on elements that were wrong in the one before, with no full refresh
 * between them, is the same corrupted state seen again. Answers the number of the primary, null for a primary. Equal
 * wrong digests count as meeting, for boards that report no elements.
 */
export function repeatOf(
  before: SeenError | null,
  now: Pick<SeenError, "step" | "evidence">,
  refreshedBetween: boolean,
): number | null {
  if (before === null || refreshedBetween || now.step !== before.step + 1) return null;
  if (before.evidence.wrong === 0 || now.evidence.wrong === 0) return null;
  const sameOutput = before.evidence.digest === now.evidence.digest;
  return sameOutput || meet(before.evidence, now.evidence) ? before.primary : null;
}

function meet(a: SeenError["evidence"], b: SeenError["evidence"]): boolean {
  const wrong = new Set(a.elements.map((element) => element.index));
  return b.elements.some((element) => wrong.has(element.index));
}
