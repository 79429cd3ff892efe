import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine as StruckMachine } from "../../src/board/accelerators/machine.ts";
import { packageRoot } from "../../src/cli/package-root.ts";
import { randomStream } from "../../src/domain/random.ts";
import type { RandomStream } from "../../src/domain/random.ts";
import { acceleratorOf, compare } from "../board/tpu-oracle/agreement.ts";
import type { OracleStrike } from "../board/tpu-oracle/machine.ts";
import type { OracleRun } from "../board/tpu-oracle/oracle.ts";
import { randomImage, randomStrike } from "../board/tpu-oracle/random-program.ts";
import type { ArrayShape } from "../board/tpu-oracle/random-program.ts";

/**
 * The TPU-like accelerator against the cycle-by-cycle simulator: random programs on arrays of odd shapes, random strikes on every kind of target,
 * alone and several in one iteration, every one compared bit for bit.
 */
export interface Agreement {
  /** Strikes made, by target. */
  readonly strikes: Readonly<Record<string, number>>;
  /** Of those iterations with one strike alone: in which the output, the end or its cycle was another than without it. */
  readonly noticed: number;
  readonly alone: number;
  readonly disagreements: readonly string[];
}

export interface AgreementPlan {
  readonly seeds: { readonly from: number; readonly count: number };
  readonly shape: (random: RandomStream) => ArrayShape;
  /** Of each target a program. */
  readonly perTarget: number;
  /** These targets alone. */
  readonly isStruck?: (target: string) => boolean;
  /** Another accelerator than the one under test: to show that a wrong one is found. */
  readonly change?: (accelerator: StruckMachine) => StruckMachine;
}

export const oddShapes = (random: RandomStream): ArrayShape => ({
  rows: 4 + random.nextBelow(13),
  columns: 4 + random.nextBelow(13),
});

const budgetCycles = 20_000;

export function agree({
  seeds,
  shape,
  perTarget,
  isStruck = () => true,
  change = (same) => same,
}: AgreementPlan): Agreement {
  const strikes: Record<string, number> = {};
  const disagreements: string[] = [];
  let [noticed, alone] = [0, 0];
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const random = randomStream(seed, "tpu-agreement");
    const image = randomImage(seed, shape(random), seed % 2 === 0);
    const accelerator = change(acceleratorOf(image));
    const { want: golden, problem: unstruck } = compare(image, accelerator, [], budgetCycles, true);
    if (unstruck !== null) disagreements.push(`seed ${seed}, no strike: ${unstruck}`);
    const spaces = accelerator.spaces.filter(({ name }) => isStruck(name));
    const trials = spaces.flatMap((space) =>
      Array.from({ length: perTarget }, () => [randomStrike(random, space.name, space, golden.cycles, 2)]),
    );
    for (const [index, first] of trials.entries()) {
      // Every third has company, and every eleventh is stuck from then on.
      const company = index % 3 === 0 ? randomCompany(random, spaces, golden.cycles, first) : first;
      const all = index % 11 === 0 ? company.map((one) => stuck(random, one)) : company;
      for (const { target: name } of all) strikes[name] = (strikes[name] ?? 0) + 1;
      const { want, problem } = compare(image, accelerator, all, 3 * golden.cycles, index % 8 === 0);
      if (problem !== null)
        disagreements.push(
          `seed ${seed}, ${image.rows} × ${image.columns}, ${JSON.stringify(all)}: ${problem}`,
        );
      if (all.length > 1) continue;
      alone++;
      if (isAnother(want, golden)) noticed++;
    }
  }
  return { strikes, noticed, alone, disagreements };
}

/** Up to three more in the same iteration, no two in one word: the simulator takes a code at its word for two wrong bits and no more. */
function randomCompany(
  random: RandomStream,
  spaces: StruckMachine["spaces"],
  cycles: number,
  first: readonly OracleStrike[],
): readonly OracleStrike[] {
  const all = [...first];
  for (let more = random.nextBelow(4); more > 0; more--) {
    const space = spaces[random.nextBelow(spaces.length)]!;
    const strike = randomStrike(random, space.name, space, cycles, 2);
    const place = ({ target, word }: OracleStrike): string => `${target.replace(/-check$/, "")} ${word}`;
    if (!all.some((other) => place(other) === place(strike))) all.push(strike);
  }
  return all.sort((a, b) => a.cycle - b.cycle);
}

function isAnother(run: OracleRun, golden: OracleRun): boolean {
  if (run.end !== golden.end || run.cycles !== golden.cycles) return true;
  return run.output.some((word, index) => word !== golden.output[index]);
}

/** In registers that no code protects: a stuck bit of a protected word may meet a wrong one. */
function stuck(random: RandomStream, strike: OracleStrike): OracleStrike {
  if (!registers.has(strike.target)) return strike;
  return { ...strike, hold: { value: random.nextBelow(2) === 0 ? 0 : 0xffffffff } };
}

const registers: ReadonlySet<string> = new Set([
  "weight",
  "shadow-weight",
  "activation",
  "partial-sum",
  "skew",
  "de-skew",
  "lanes",
  "scalars",
]);

/** Strikes on one target land a cycle late: an accelerator that has the time of that register wrong by one. */
export function lateBy1(accelerator: StruckMachine, target: string): StruckMachine {
  return new Proxy(accelerator, {
    get: (machine, property) => {
      if (property !== "strike") return Reflect.get(machine, property, machine) as unknown;
      return (...strike: Parameters<StruckMachine["strike"]>) => {
        if (strike[0] === target) machine.advance(machine.cycle + 1);
        return machine.strike(...strike);
      };
    },
  });
}

export function tpuAgreementReport(): string[] {
  const small = agree({ seeds: { from: 1, count: 1_700 }, shape: oddShapes, perTarget: 7 });
  // Check bits are there with ECC on alone: every other seed.
  const checks = agree({
    seeds: { from: 10_001, count: 360 },
    shape: oddShapes,
    perTarget: 7,
    isStruck: (target) => target.endsWith("-check"),
  });
  const large = agree({
    seeds: { from: 5_001, count: 20 },
    shape: () => ({ rows: 128, columns: 128 }),
    perTarget: 2,
  });
  const lines = [
    "# The TPU-like accelerator against a cycle-by-cycle simulator",
    "",
    "What is compared stands in `test/studies/tpu-agreement.ts`, the simulator in `test/board/tpu-oracle` (from `docs/tpu.md` alone); `npm run study -- tpu-agreement` does it again.",
    "",
    "Strikes on each target, alone and up to four in one iteration, flipped or stuck, ECC on and off; compared: end, cycle of the end, output, what each strike found, corrections, detections, and of every eighth iteration every word of the final state.",
    "",
    "| target | arrays of 4 to 16 | 128 × 128 |",
    "| --- | ---: | ---: |",
    ...Object.keys(small.strikes)
      .sort()
      .map(
        (target) =>
          `| \`${target}\` | ${small.strikes[target]! + (checks.strikes[target] ?? 0)} | ${large.strikes[target] ?? 0} |`,
      ),
    "",
    `- iterations with one strike alone that were another than without it: ${small.noticed + checks.noticed} of ${small.alone + checks.alone}, and ${large.noticed} of ${large.alone}`,
    `- disagreements: ${small.disagreements.length + checks.disagreements.length}, and ${large.disagreements.length}`,
  ];
  const bad = [...small.disagreements, ...checks.disagreements, ...large.disagreements];
  if (bad.length > 0) throw new Error(`they disagree:\n${bad.slice(0, 20).join("\n")}`);
  writeFileSync(join(packageRoot, "docs/studies/tpu-agreement.md"), `${lines.join("\n")}\n`);
  return lines;
}
