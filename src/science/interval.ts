/** Which tails an interval leaves out: `two` both alike, `upper` is an upper limit alone, `lower` a lower limit alone. */
export type Sides = "two" | "upper" | "lower";

/** A confidence interval that says how it was made: 3.00 and 3.69 are both "the 95 % limit of no events", one-sided and two-sided. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  readonly sides: Sides;
  readonly method: "clopper-pearson" | "garwood";
}

/** Probability left out below and above; 0 where that side is open. */
export function tails(confidence: number, sides: Sides): { readonly below: number; readonly above: number } {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence ${confidence} is not between 0 and 1`);
  const alpha = 1 - confidence;
  switch (sides) {
    case "two":
      return { below: alpha / 2, above: alpha / 2 };
    case "upper":
      return { below: 0, above: alpha };
    case "lower":
      return { below: alpha, above: 0 };
  }
}
