/** A map made for tests: 10 and 20 MeV, columns at L = 0 (empty), 2, 3, 5 (empty) and 15.99 (empty). */
const scales = [1, 4, 1964, 100, 2048, 2048, 1024];
const empty = (l: number): number[] => [3, l, 0];
const sheet = (energy: number, top: number): number[] => {
  const columns = [
    ...empty(0),
    ...[6, 2 * 2048, top, 100, 150, 200],
    ...[9, 3 * 2048, top + 1024, 100, 100, 100, 100, 100, 100],
    ...empty(5 * 2048),
    ...empty(32_767),
  ];
  return [columns.length + 2, energy * 100, ...columns];
};
const map = [...sheet(10, 4 * 1024), ...sheet(20, 3 * 1024), 0];

export const smallMap: readonly number[] = [...scales, map.length, ...map];

/** As the files hold them: eight numbers, then twelve a line, six characters each. */
export function asLines(numbers: readonly number[]): string {
  const padded = numbers.map((number) => String(number).padStart(6));
  const lines = [padded.slice(0, 8).join("")];
  for (let at = 8; at < padded.length; at += 12) lines.push(padded.slice(at, at + 12).join(""));
  return lines.map((line) => ` ${line}\n`).join("");
}
