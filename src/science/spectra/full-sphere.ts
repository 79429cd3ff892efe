/** All directions, sr: a directional flux that comes alike from everywhere, times this, is omnidirectional. */
export const fullSphereSr: number = 4 * Math.PI;
