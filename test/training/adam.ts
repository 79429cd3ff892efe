/** Adam (D. Kingma, J. Ba 2015), β₁ 0.9, β₂ 0.999, ε 1e-8, with weight decay apart from the slopes (I. Loshchilov, F. Hutter 2019). */
export interface Adam {
  /** Moves the weights against the slopes, which are then 0 again. */
  step(weights: Float64Array, slopes: Float64Array, rate: number): void;
}

export function createAdam(count: number, decay = 0): Adam {
  const mean = new Float64Array(count);
  const square = new Float64Array(count);
  let [power1, power2] = [1, 1];
  return {
    step: (weights, slopes, rate) => {
      power1 *= 0.9;
      power2 *= 0.999;
      for (let i = 0; i < count; i++) {
        const slope = slopes[i]!;
        slopes[i] = 0;
        mean[i] = 0.9 * mean[i]! + 0.1 * slope;
        square[i] = 0.999 * square[i]! + 0.001 * slope * slope;
        const move = mean[i]! / (1 - power1) / (Math.sqrt(square[i]! / (1 - power2)) + 1e-8);
        weights[i]! -= rate * (move + decay * weights[i]!);
      }
    },
  };
}
