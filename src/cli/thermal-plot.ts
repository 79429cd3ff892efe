import type { Timeline } from "../campaign/thermal/timeline.ts";

/**
 * Set points over time as text, limits drawn as lines across.
 *
 *    100 ┤- - - - - - - - - - highest
 *     85 ┤         ▁▁▁▁▁
 *     25 ┤▁▁▁▁▁▁▁▁▁
 *        └────────────────────
 */
export interface PlotLimit {
  readonly name: string;
  readonly c: number;
}

const width = 64;
const height = 16;

export function plotTimeline(timeline: Timeline, limits: readonly PlotLimit[]): readonly string[] {
  const shown = limits.filter(({ c }) => Number.isFinite(c));
  const temperatures = [
    ...timeline.legs.flatMap(({ fromC, toC }) => [fromC, toC]),
    ...shown.map(({ c }) => c),
  ];
  const [lowest, highest] = [Math.min(...temperatures), Math.max(...temperatures)];
  const spanC = Math.max(1, highest - lowest);
  const rowOf = (c: number): number => Math.round(((highest - c) / spanC) * (height - 1));
  const grid = Array.from({ length: height }, () => new Array<string>(width).fill(" "));
  for (const { c } of shown) grid[rowOf(c)]!.forEach((_, x, row) => (row[x] = x % 2 === 0 ? "-" : " "));
  for (let x = 0; x < width; x++) {
    const t = ((x + 0.5) / width) * timeline.seconds;
    const leg = timeline.legs.find(({ fromS, seconds }) => t >= fromS && t < fromS + seconds);
    if (leg === undefined) continue;
    const c = leg.fromC + (leg.toC - leg.fromC) * ((t - leg.fromS) / leg.seconds);
    grid[rowOf(c)]![x] = leg.kind === "run" ? "#" : leg.kind === "ramp" ? "/" : "=";
  }
  const labels = grid.map((_, row) => `${Math.round(highest - (row / (height - 1)) * spanC)}`);
  const margin = Math.max(...labels.map((label) => label.length));
  const named = (row: number): string =>
    shown
      .filter(({ c }) => rowOf(c) === row)
      .map(({ name, c }) => ` ${name} ${c} °C`)
      .join(",");
  return [
    `${" ".repeat(margin)} °C   / ramp   = soak, hold   # run   - limit`,
    ...grid.map((row, y) => `${labels[y]!.padStart(margin)} |${row.join("")}${named(y)}`.trimEnd()),
    `${" ".repeat(margin)} +${"-".repeat(width)}`,
    `${" ".repeat(margin)}  0${duration(timeline.seconds).padStart(width - 1)}`,
  ];
}

/** `2 h 05 min`, `3 min 20 s`, `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h} h ${String(min).padStart(2, "0")} min`;
  return min > 0 ? `${min} min ${String(s).padStart(2, "0")} s` : `${s} s`;
}
