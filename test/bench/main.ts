import { availableParallelism, loadavg } from "node:os";
import { acceleratorsBench } from "./accelerators.ts";
import { calibrateBench } from "./calibrate.ts";
import { firstLightBench } from "./first-light.ts";
import { influxBench } from "./influx.ts";
import { journalBench } from "./journal.ts";
import { predictBench } from "./predict.ts";
import { meetsAim } from "./row.ts";
import type { BenchRow } from "./row.ts";
import { serialBench } from "./serial.ts";

/**
 * `npm run bench [-- NAME…]`: each quantity beside the bare way of doing it, measured in turns in this same run. The ratio counts;
 * the figures themselves are this machine's, now. Exit 0 whatever they are: a shared machine decides nothing.
 */
const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
  serial: serialBench,
  journal: journalBench,
  influx: influxBench,
  "first-light": firstLightBench,
  accelerators: acceleratorsBench,
  predict: predictBench,
  calibrate: calibrateBench,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench '${unknown.join("', '")}': there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}

const load = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");
console.log(`node ${process.version}, ${availableParallelism()} cores, load ${load()} (1, 5, 15 min)\n`);
const heads = ["what", "median", "min – max", "n", "ratio", "aim", ""];
const lines = [heads];
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`${name} …`);
  for (const row of await bench()) lines.push(cells(row));
}
const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
for (const line of lines)
  console.log(
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
console.log(`\nload ${load()} at the end`);

function cells(row: BenchRow): string[] {
  const { name, unit, value, min, max, n, ratio, aim } = row;
  const goal = aim === undefined ? "" : "atLeast" in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`;
  const spread = `${short(min)} – ${short(max)}`;
  const verdict = aim === undefined ? "" : meetsAim(row) ? "met" : "MISSED";
  return [
    name,
    `${short(value)} ${unit}`,
    spread,
    String(n),
    ratio === undefined ? "" : ratio.toFixed(2),
    goal,
    verdict,
  ];
}

function short(value: number): string {
  if (value >= 1e5) return `${(value / 1e3).toFixed(0)}k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)}k`;
  return value.toPrecision(3);
}
