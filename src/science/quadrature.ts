/** A node of a rule of integration and its weight. */
export interface Node {
  readonly x: number;
  readonly weight: number;
}

/** Gauss and Legendre's rule of n nodes from `from` to `to`: exact for polynomials up to degree 2n − 1. */
export function gaussLegendre(n: number, from = -1, to = 1): Node[] {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  return Array.from({ length: n }, (_, i) => {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      let [p, before] = [1, 0];
      for (let k = 1; k <= n; k++) [p, before] = [((2 * k - 1) * x * p - (k - 1) * before) / k, p];
      slope = (n * (x * p - before)) / (x * x - 1);
      const step = p / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    return { x: middle + half * x, weight: (2 * half) / ((1 - x * x) * slope * slope) };
  });
}
