/**
 * Pearson's chi-square of counts against what was expected, and its tail probability: Q(df/2, χ²/2), the regularised upper incomplete gamma function, by
 * its series and its continued fraction (Abramowitz and Stegun 6.5.29, 6.5.31). Held against published quantiles in its test.
 */
export function chiSquare(
  counts: readonly number[],
  weights: readonly number[],
): { readonly chi2: number; readonly degrees: number; readonly p: number } {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const classes = weights.flatMap((weight, i) =>
    weight > 0 ? [{ want: (total * weight) / all, got: counts[i] ?? 0 }] : [],
  );
  const impossible = counts.some((n, i) => n > 0 && (weights[i] ?? 0) <= 0);
  if (impossible) return { chi2: Infinity, degrees: classes.length - 1, p: 0 };
  // Cochran's rule: below 5 expected the distribution is not chi-square, and a test on it would say nothing.
  for (const { want } of classes)
    if (want < 5) throw new RangeError(`${want} expected in a class: draw more`);
  const chi2 = classes.reduce((sum, { want, got }) => sum + (got - want) ** 2 / want, 0);
  const degrees = classes.length - 1;
  return { chi2, degrees, p: degrees === 0 ? 1 : upperGamma(degrees / 2, chi2 / 2) };
}

export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(-x + a * Math.log(x) - lnGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = a + 1; term > sum * 1e-16; n++) sum += term *= x / n;
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let [c, d] = [1e300, 1 / b];
  let h = d;
  for (let i = 1; i < 10_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

/** Half-integers suffice: degrees of freedom are whole. Γ(1) = 1, Γ(1/2) = √π, Γ(a + 1) = a·Γ(a). */
function lnGamma(a: number): number {
  let [at, sum] = a % 1 === 0 ? [1, 0] : [0.5, Math.log(Math.PI) / 2];
  for (; at < a; at++) sum += Math.log(at);
  return sum;
}
