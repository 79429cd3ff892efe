/** Points that rise by one factor from `from` to `to`, both among them; `perDecade` of them a power of ten, or a few more. */
export function logGrid(from: number, to: number, perDecade: number): number[] {
  const decades = Math.log10(to / from);
  const steps = Math.max(1, Math.ceil(decades * perDecade - 1e-9));
  const points = Array.from({ length: steps + 1 }, (_, i) => from * 10 ** ((decades * i) / steps));
  points[steps] = to;
  return points;
}
