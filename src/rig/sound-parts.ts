import type { ElementDifference, Evidence, Score } from "../domain/evidence.ts";
import type { MessageOf } from "../../firmware-protocol/messages.ts";

/**
 * Holds what a result's parts say against the result, and both against the output that the board described at `load`.
 *
 *   elements, scores ─rising? within the output? no more than differ?→ what can be so, and in words what cannot
 *
 * A struck board may send any nonsense under a good checksum. The result itself stays: a digest unlike golden is never masked (law 6). What
 * contradicts it, or cannot be, is left out, never mended.
 */
export interface SoundParts {
  readonly elements: readonly ElementDifference[];
  readonly scores: Evidence["scores"];
  /** One for each kind of contradiction. */
  readonly contradictions: readonly string[];
}

/** `outputs`: elements of the output, null where not known; `whole`: no part is lost. */
export function soundParts(
  { wrong, nan, truncated }: MessageOf<"result">,
  told: Pick<Evidence, "elements" | "scores">,
  outputs: number | null,
  whole: boolean,
): SoundParts {
  const size = outputs ?? Infinity;
  const rising = told.elements.filter(isRising());
  const within = rising.filter(({ index }) => index < size);
  const differing = within.filter(({ expected, got }) => expected !== got);
  const scoresFit =
    told.scores === null || (isRanking(told.scores.want, size) && isRanking(told.scores.got, size));
  const listed = told.elements.length;
  return {
    elements: differing.slice(0, wrong),
    scores: scoresFit ? told.scores : null,
    contradictions: [
      ...(rising.length < listed ? ["elements not by rising index"] : []),
      ...(within.length < rising.length ? [`an element beyond the ${size} of the output`] : []),
      ...(differing.length < within.length ? ["an element listed as wrong that is golden"] : []),
      ...(scoresFit ? [] : ["scores of one class twice, or of none that there is"]),
      ...(wrong > size ? [`${wrong} of ${size} elements wrong`] : []),
      ...(nan > wrong ? [`${nan} not finite of ${wrong} that are wrong`] : []),
      ...(listed > wrong ? [`${listed} elements listed of ${wrong} that are wrong`] : []),
      ...(whole && truncated !== listed < wrong
        ? [`cut=${truncated ? 1 : 0} with ${listed} listed of ${wrong}`]
        : []),
    ],
  };
}

/** Of a list in which some indices are out of order, those higher than all before. */
function isRising(): (element: ElementDifference) => boolean {
  let last = -1;
  return ({ index }) => {
    if (index <= last) return false;
    last = index;
    return true;
  };
}

function isRanking(scores: readonly Score[], classes: number): boolean {
  const labels = new Set(scores.map(({ label }) => label));
  return labels.size === scores.length && scores.every(({ label }) => label < classes);
}
