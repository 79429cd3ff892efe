import leven from "leven";

/** The known word nearest to the one found, if it is near enough to have been meant. */
export function nearest(found: string, known: readonly string[]): string | null {
  const wanted = found.toLowerCase();
  let best: { word: string; distance: number } | null = null;
  for (const word of known) {
    const distance = slips(wanted, word.toLowerCase());
    if (best === null || distance < best.distance) best = { word, distance };
  }
  return best !== null && best.distance <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : null;
}

/** The end of a sentence that has named an unknown one: the known one nearest to it, and all there are. */
export function oneOf(found: string, known: readonly string[]): string {
  const guess = nearest(found, known);
  const all =
    known.length === 0 ? "there is none" : `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}`;
  return guess === null ? `: ${all}` : `: did you mean '${guess}'? (${all})`;
}

/** Letters changed, added or left out; letters only swapped about are one slip. */
function slips(found: string, word: string): number {
  const letters = (text: string): string => Array.from(text).sort().join("");
  return found !== word && letters(found) === letters(word) ? 1 : leven(found, word);
}
