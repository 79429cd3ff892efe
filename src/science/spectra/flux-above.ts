/**
 * ∫ y dx above `from`, of points whose y is a straight line in the logarithms of both: exact on a power law, whatever its grid.
 * A piece with a 0 at an end is a triangle, since it has no logarithm. In the unit of y times that of x.
 */
export function areaAbove(x: readonly number[], y: readonly number[], from = -Infinity): number {
  let sum = 0;
  for (let i = x.length - 2; i >= 0 && x[i + 1]! > from; i--)
    sum += piece(x[i]!, y[i]!, x[i + 1]!, y[i + 1]!, from);
  return sum;
}

function piece(x1: number, y1: number, x2: number, y2: number, from: number): number {
  if (from > x1) {
    const share = y1 > 0 && y2 > 0 ? Math.log(from / x1) / Math.log(x2 / x1) : (from - x1) / (x2 - x1);
    return piece(from, y1 > 0 && y2 > 0 ? y1 * (y2 / y1) ** share : y1 + (y2 - y1) * share, x2, y2, x1);
  }
  if (y1 <= 0 || y2 <= 0) return ((y1 + y2) / 2) * (x2 - x1);
  const steps = Math.log(x2 / x1);
  // ∫ y dx = x1·y1·∫ e^(s·t) dt over ln x, s the slope of x·y.
  const slope = Math.log((x2 * y2) / (x1 * y1)) / steps;
  const turn = slope * steps;
  return x1 * y1 * steps * (Math.abs(turn) < 1e-6 ? 1 + turn / 2 : Math.expm1(turn) / turn);
}
