import { RigError } from "../../domain/errors.ts";
import type { CountTable } from "./beam-point.ts";
import type { Curve } from "./curve.ts";
import { likelihoodOf } from "./likelihood.ts";
import type { Likelihood } from "./likelihood.ts";
import type { Bounds } from "./nelder-mead.ts";

export type ShapeName = Curve["shapeNames"][number];

/** Parameters that somebody else measured, in the units of a shape. */
export type FixedShape = Readonly<Partial<Record<ShapeName, number>>>;

/**
 * Where a search moves: a threshold (or A) as a share of the first place with an event, a width by its logarithm as a share of the last place, an exponent by its
 * logarithm. All are of the order of 1, so one step fits all. Fixed parameters are no coordinates.
 */
export interface CurveSearch {
  readonly likelihood: Likelihood;
  readonly curve: Curve;
  readonly table: CountTable;
  readonly free: readonly ShapeName[];
  readonly bounds: Bounds;
  readonly steps: readonly number[];
  /** Writes the shape that coordinates stand for. */
  readonly shapeAt: (coordinates: ArrayLike<number>, into: Float64Array) => Float64Array;
  /** The coordinate of one parameter's value. */
  readonly coordinateOf: (name: ShapeName, value: number) => number;
  readonly starts: readonly (readonly number[])[];
}

const least = { threshold: 0, a: 1e-3, width: Math.log(1e-4), exponent: Math.log(0.1) } as const;
const most = { threshold: 1 - 1e-9, a: 1 - 1e-9, width: Math.log(1e8), exponent: Math.log(30) } as const;
const stepOf = { threshold: 0.15, a: 0.1, width: 0.4, exponent: 0.3 } as const;
const startsOf = {
  threshold: [0.05, 0.6, 0.95],
  a: [0.2, 0.5, 0.8, 0.95],
  width: [Math.log(0.1), Math.log(0.4), Math.log(1.5)],
  exponent: [Math.log(0.8), Math.log(1.5), Math.log(3)],
} as const;

/** A fixed parameter that contradicts the counts is RigError `config`. */
export function curveSearch(table: CountTable, curve: Curve, fixed: FixedShape = {}): CurveSearch {
  const ceiling = thresholdCeiling(table);
  const scale = table.at[table.at.length - 1]!;
  const likelihood = likelihoodOf(table, curve);
  checkFixed(table, curve, fixed, ceiling);
  const free = curve.shapeNames.filter((name) => fixed[name] === undefined);
  return {
    likelihood,
    curve,
    table,
    free,
    bounds: { lower: free.map((name) => least[name]), upper: free.map((name) => most[name]) },
    steps: free.map((name) => stepOf[name]),
    shapeAt: (coordinates, into) => {
      let next = 0;
      for (let i = 0; i < curve.shapeNames.length; i++) {
        const name = curve.shapeNames[i]!;
        const held = fixed[name];
        into[i] = held ?? valueOf(name, coordinates[next++]!, ceiling, scale);
      }
      return into;
    },
    coordinateOf: (name, value) =>
      name === "width" ? Math.log(value / scale) : name === "exponent" ? Math.log(value) : value / ceiling,
    starts: grid(free.map((name) => startsOf[name])),
  };
}

function valueOf(name: ShapeName, coordinate: number, ceiling: number, scale: number): number {
  switch (name) {
    case "threshold":
    case "a":
      return coordinate * ceiling;
    case "width":
      return scale * Math.exp(coordinate);
    case "exponent":
      return Math.exp(coordinate);
  }
}

/** No threshold lies above an event that no background explains. */
export function thresholdCeiling({ at, events, background }: CountTable): number {
  for (let i = 0; i < at.length; i++) if (events[i]! > 0 && background[i] === 0) return at[i]!;
  return at[at.length - 1]!;
}

function checkFixed(table: CountTable, curve: Curve, fixed: FixedShape, ceiling: number): void {
  const word = curve.against === "let" ? "LET" : "energy";
  for (const [name, value] of Object.entries(fixed)) {
    if (!(curve.shapeNames as readonly string[]).includes(name))
      throw new RigError(
        "config",
        `a ${curve.name} curve has no '${name}'; it has ${curve.shapeNames.join(", ")}`,
      );
    if (!(value >= 0 && value < Infinity) || (value === 0 && name !== "threshold"))
      throw new RigError("config", `${name} fixed at ${value}, expected above 0`);
    if (name !== "threshold" && name !== "a") continue;
    const last = table.at[table.at.length - 1]!;
    if (value >= last)
      throw new RigError(
        "config",
        `threshold ${value} lies above all data: the highest ${word} measured is ${last}`,
      );
    if (value >= ceiling)
      throw new RigError(
        "config",
        `threshold ${value} lies above ${word} ${ceiling}, where events were counted`,
      );
  }
}

function grid(axes: readonly (readonly number[])[]): number[][] {
  return axes.reduce<number[][]>(
    (rows, axis) => rows.flatMap((row) => axis.map((value) => [...row, value])),
    [[]],
  );
}
