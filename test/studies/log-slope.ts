/**
 * How a cross-section changes with temperature: the straight line ln σ = ln σ(T₀) + c·(T − T₀) through counts at several
 * temperatures, by Poisson regression with the fluence as known offset (maximum likelihood, Newton's method).
 *
 *   events nᵢ ~ Poisson(fluenceᵢ · exp(a + c·(Tᵢ − T₀)))
 *
 * Counts without an event take part: a line through their logarithms could not hold them. The standard error is that of the
 * likelihood's curvature and holds the counting alone; `deviance` on `degrees` degrees of freedom says whether a straight line
 * is what the counts say (χ² for counts above a few).
 */
export interface CountAt {
  readonly temperatureC: number;
  readonly fluencePerCm2: number;
  readonly events: number;
}

export interface LogSlope {
  /** c = d ln σ/dT, 1/°C, and its standard error. */
  readonly slopePerC: number;
  readonly slopeStandardError: number;
  /** T₀, the mean temperature by events, and σ there, cm². */
  readonly atC: number;
  readonly crossSectionCm2: number;
  readonly deviance: number;
  readonly degrees: number;
}

const mostSteps = 100;

/** null: fewer than two temperatures with fluence, or no event at all: no slope follows. */
export function logSlope(counts: readonly CountAt[]): LogSlope | null {
  const used = counts.filter(({ fluencePerCm2 }) => fluencePerCm2 > 0);
  const total = used.reduce((sum, { events }) => sum + events, 0);
  if (new Set(used.map(({ temperatureC }) => temperatureC)).size < 2 || total === 0) return null;
  const atC = used.reduce((sum, { events, temperatureC }) => sum + events * temperatureC, 0) / total;
  const points = used.map(({ temperatureC, fluencePerCm2, events }) => ({
    x: temperatureC - atC,
    fluence: fluencePerCm2,
    events,
  }));
  const fluence = points.reduce((sum, point) => sum + point.fluence, 0);
  let [a, c] = [Math.log(total / fluence), 0];
  let curvature = { ss: 0, sx: 0, xx: 0 };
  for (let step = 0; step < mostSteps; step++) {
    let [ga, gc] = [0, 0];
    curvature = { ss: 0, sx: 0, xx: 0 };
    for (const { x, fluence: f, events } of points) {
      const expected = f * Math.exp(a + c * x);
      ga += events - expected;
      gc += (events - expected) * x;
      curvature.ss += expected;
      curvature.sx += expected * x;
      curvature.xx += expected * x * x;
    }
    const { ss, sx, xx } = curvature;
    const determinant = ss * xx - sx * sx;
    const [da, dc] = [(xx * ga - sx * gc) / determinant, (ss * gc - sx * ga) / determinant];
    // A step that would multiply an expectation by more than e is shortened: far from the top the curvature misleads.
    const longest = Math.max(1, ...points.map(({ x }) => Math.abs(da + dc * x)));
    a += da / longest;
    c += dc / longest;
    if (Math.abs(dc) < 1e-12 && Math.abs(da) < 1e-12) break;
  }
  const { ss, sx, xx } = curvature;
  const deviance = points.reduce((sum, { x, fluence: f, events }) => {
    const expected = f * Math.exp(a + c * x);
    return sum + 2 * ((events > 0 ? events * Math.log(events / expected) : 0) - (events - expected));
  }, 0);
  return {
    slopePerC: c,
    slopeStandardError: Math.sqrt(ss / (ss * xx - sx * sx)),
    atC,
    crossSectionCm2: Math.exp(a),
    deviance,
    degrees: points.length - 2,
  };
}
