/**
 * The language of thermal profiles (TH-1): what a board goes through, and where on the way the block's runs are made.
 */
export type ThermalStep = Move | Cycle | Sweep | { readonly kind: "run" };

/** Steps that take time by themselves. */
export type Move = Ramp | Soak | Hold;

export interface Ramp {
  readonly kind: "ramp";
  readonly toC: number;
  /** null: as fast as the device likes. */
  readonly rateCPerMin: number | null;
}

/** Waits until the slowest load sensor stands still, or for `minS` alone where `until` is `time` (TH-2, TH-3). */
export interface Soak {
  readonly kind: "soak";
  readonly until: "stable" | "time";
  /** The object is this near to its set point, all through the window. */
  readonly toleranceC: number;
  /** Object and die change no faster than this over the window. */
  readonly slopeCPerMin: number;
  readonly windowS: number;
  readonly minS: number;
  /** Not stable by then is a fault of the bench. */
  readonly maxS: number;
}

export interface Hold {
  readonly kind: "hold";
  readonly seconds: number;
}

export interface Cycle {
  readonly kind: "cycle";
  readonly times: number;
  readonly steps: readonly ThermalStep[];
}

/** `each` at every set point from `fromC` to `toC`; the ramp to it is part of the sweep. */
export interface Sweep {
  readonly kind: "sweep";
  readonly fromC: number;
  readonly toC: number;
  readonly stepC: number;
  readonly rateCPerMin: number | null;
  readonly each: readonly ThermalStep[];
}

/** The steps of a profile one after the other, nothing nested; `setC` is the set point that holds after it, null before the first ramp. */
export type FlatStep = (Move | { readonly kind: "run" }) & { readonly setC: number | null };

/** Lazy: a cycle of a million times takes no memory. */
export function* flatten(
  steps: readonly ThermalStep[],
  before: number | null = null,
): Generator<FlatStep, number | null> {
  let setC = before;
  for (const step of steps)
    switch (step.kind) {
      case "ramp":
        setC = step.toC;
        yield { ...step, setC };
        break;
      case "soak":
      case "hold":
      case "run":
        yield { ...step, setC };
        break;
      case "cycle":
        for (let time = 0; time < step.times; time++) setC = yield* flatten(step.steps, setC);
        break;
      case "sweep":
        for (const toC of setPoints(step)) {
          yield { kind: "ramp", toC, rateCPerMin: step.rateCPerMin, setC: toC };
          setC = yield* flatten(step.each, toC);
        }
        break;
    }
  return setC;
}

/** Both ends belong to it, as far as whole steps reach. */
export function setPoints({ fromC, toC, stepC }: Pick<Sweep, "fromC" | "toC" | "stepC">): readonly number[] {
  const points = Math.floor(Math.abs(toC - fromC) / stepC + 1e-9) + 1;
  const way = Math.sign(toC - fromC) * stepC;
  return Array.from({ length: points }, (_, index) => Number((fromC + index * way).toFixed(6)));
}

/** How often the block's matrix is run on the way. */
export function visitsOf(steps: readonly ThermalStep[]): number {
  return steps.reduce((sum, step) => {
    if (step.kind === "run") return sum + 1;
    if (step.kind === "cycle") return sum + step.times * visitsOf(step.steps);
    return step.kind === "sweep" ? sum + setPoints(step).length * visitsOf(step.each) : sum;
  }, 0);
}

/** The moves before the `visit`-th run (from 0), from the run before it on; `visit` beyond the last run: what follows it. */
export function* movesBefore(
  steps: readonly ThermalStep[],
  visit: number,
): Generator<Move & { readonly setC: number | null }> {
  let passed = 0;
  for (const step of flatten(steps)) {
    if (step.kind !== "run") {
      if (passed === visit) yield step;
    } else if (++passed > visit) return;
  }
}

/** `temperatureC: [..]` of a campaign file: quick, for boards that are meant to be warm and not to be qualified. */
export const quickSoak: Soak = {
  kind: "soak",
  until: "stable",
  toleranceC: 1,
  slopeCPerMin: 12,
  windowS: 5,
  minS: 0,
  maxS: 1800,
};
