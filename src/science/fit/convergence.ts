/** Whether chains that started apart tell of one distribution, and how many independent draws they are worth. */
export interface Convergence {
  readonly chains: number;
  /** Kept draws a chain. */
  readonly draws: number;
  /** Of all numbers watched, the worst. */
  readonly worstRHat: number;
  readonly leastEffectiveDraws: number;
  readonly converged: boolean;
  readonly rule: string;
}

const mostRHat = 1.01;
const leastEffective = 400;
export const convergenceRule =
  `split R-hat of every number at most ${mostRHat}, and at least ${leastEffective} effective draws` as const;

/** `watched`: of every number, its chains. */
export function convergenceOf(watched: readonly (readonly Float64Array[])[]): Convergence {
  const chains = watched[0]?.length ?? 0;
  const draws = watched[0]?.[0]?.length ?? 0;
  const halves = watched.map(split);
  const worstRHat = Math.max(1, ...halves.map(rHat));
  const leastEffectiveDraws = Math.min(chains * draws, ...halves.map(effectiveDraws));
  return {
    chains,
    draws,
    worstRHat,
    leastEffectiveDraws,
    converged: worstRHat <= mostRHat && leastEffectiveDraws >= leastEffective,
    rule: convergenceRule,
  };
}

/** Each chain as two, so that a chain that drifts disagrees with itself. */
function split(chains: readonly Float64Array[]): Float64Array[] {
  return chains.flatMap((chain) => {
    const half = chain.length >> 1;
    return [chain.subarray(0, half), chain.subarray(chain.length - half)];
  });
}

function moments(chains: readonly Float64Array[]): { within: number; pooled: number; means: number[] } {
  const n = chains[0]!.length;
  const means = chains.map((chain) => chain.reduce((sum, x) => sum + x, 0) / n);
  const variances = chains.map(
    (chain, c) => chain.reduce((sum, x) => sum + (x - means[c]!) ** 2, 0) / (n - 1),
  );
  const within = variances.reduce((sum, v) => sum + v, 0) / chains.length;
  const mean = means.reduce((sum, m) => sum + m, 0) / chains.length;
  const between = means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (chains.length - 1);
  return { within, pooled: ((n - 1) / n) * within + between, means };
}

/** √(pooled variance / variance within chains): A. Gelman and D. Rubin 1992, on halves (Bayesian Data Analysis, 3rd ed., 11.4). */
export function rHat(chains: readonly Float64Array[]): number {
  const { within, pooled } = moments(chains);
  if (within === 0) return pooled === 0 ? 1 : Infinity;
  return Math.sqrt(pooled / within);
}

/** Draws over 1 + twice the autocorrelations, summed by pairs while a pair is positive and none larger than the one before (C. Geyer 1992). */
export function effectiveDraws(chains: readonly Float64Array[]): number {
  const n = chains[0]!.length;
  const { within, pooled, means } = moments(chains);
  if (pooled === 0) return n * chains.length;
  const correlationAt = (lag: number): number => {
    let sum = 0;
    for (let c = 0; c < chains.length; c++) {
      const [chain, mean] = [chains[c]!, means[c]!];
      for (let i = lag; i < n; i++) sum += (chain[i]! - mean) * (chain[i - lag]! - mean);
    }
    return 1 - (within - sum / (chains.length * n)) / pooled;
  };
  let time = -1;
  let before = Infinity;
  for (let lag = 0; lag + 1 < n; lag += 2) {
    const pair = Math.min(before, correlationAt(lag) + correlationAt(lag + 1));
    if (pair <= 0) break;
    time += 2 * pair;
    before = pair;
  }
  return (n * chains.length) / Math.max(time, 1 / Math.log10(n * chains.length));
}
