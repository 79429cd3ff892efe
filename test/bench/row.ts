/** One measured quantity of `npm run bench`. `value` is the median of `n` windows, `min` and `max` their spread. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly n: number;
  readonly min: number;
  readonly max: number;
  /** To the bare way, measured in turns with it: the median over the turns, so that a busy machine slows both. */
  readonly ratio?: number;
  /** What the ratio should be: at least so much, or, where less is better, at most. */
  readonly aim?: { readonly atLeast: number } | { readonly atMost: number };
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A row of the windows' values; `bare` holds those of the bare way in the same turns. */
export function rowOf(
  name: string,
  unit: string,
  values: readonly number[],
  against?: { readonly bare: readonly number[]; readonly aim: NonNullable<BenchRow["aim"]> },
): BenchRow {
  const row = {
    name,
    unit,
    value: medianOf(values),
    n: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  };
  if (against === undefined) return row;
  const ratio = medianOf(values.map((value, turn) => value / against.bare[turn]!));
  return { ...row, ratio, aim: against.aim };
}

export function meetsAim({ ratio, aim }: BenchRow): boolean {
  if (ratio === undefined || aim === undefined) return true;
  return "atLeast" in aim ? ratio >= aim.atLeast : ratio <= aim.atMost;
}
