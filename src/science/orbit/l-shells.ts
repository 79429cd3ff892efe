/**
 * Where an orbit spends its time by McIlwain L, the label of the field line a place lies on: what the cut-off of cosmic rays and of solar
 * protons needs of an orbit, and all it needs. The average is over the whole orbit, so over every longitude it passes.
 */
export interface LShells {
  /**
   * Share of the orbit's time spent at L above `l` (Earth radii): between 0 and 1, never rising with `l`; 1 below the lowest shell it touches.
   * Places whose field line does not close within the model's reach count as above any `l`.
   */
  fractionAbove(l: number): number;
}
