import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { exp32 } from "../../src/board/numbers/exp32.ts";
import { f32OfBits } from "../../src/board/numbers/float-bits.ts";
import { rsqrt32 } from "../../src/board/numbers/rsqrt32.ts";
import { tanh32 } from "../../src/board/numbers/tanh32.ts";
import { exactExp, exactRsqrt, exactTanh } from "../board/numbers/exact-functions.ts";
import { binary32, rounded, type Exact } from "../board/numbers/exact.ts";

/**
 *   every float32 x ─→ of(x) ┬ the engine's own double, far from a tie ─→ equal?
 *                            └ near a tie ──→ series in integers of any size ─→ equal?
 *
 * The engine's double is trusted to 10^-15 of its size, nine of its units of the last place; what a tie could turn within that is looked at exactly.
 */
export interface Asked {
  readonly name: string;
  readonly of: (x: number) => number;
  readonly double: (x: number) => number;
  readonly exact: (x: number) => Exact;
  /** Words from and to, of x ≥ 0; beyond them the value is plain (docs/numbers.md). */
  readonly words: readonly [number, number];
  readonly negative: boolean;
}

const trusted = 1e-15;

export const asked: readonly Asked[] = [
  {
    name: "exp",
    of: exp32,
    double: Math.exp,
    exact: exactExp,
    words: [0x30000000, 0x42d00000],
    negative: true,
  },
  // Odd by construction: its sign is put on at the end, or is x's own.
  {
    name: "tanh",
    of: tanh32,
    double: Math.tanh,
    exact: exactTanh,
    words: [0x30000000, 0x41200000],
    negative: false,
  },
  {
    name: "rsqrt",
    of: rsqrt32,
    double: (x) => Math.sqrt(1 / x),
    exact: exactRsqrt,
    words: [1, 0x7f7fffff],
    negative: false,
  },
];

export interface Answered {
  readonly name: string;
  readonly inputs: number;
  readonly nearTies: number;
  /** Words whose result is not the exact value rounded once. */
  readonly wrong: readonly number[];
}

/** Every `stride`-th word. */
export function answersOf(
  { name, of, double, exact, words: [from, to], negative }: Asked,
  stride: number,
): Answered {
  const wrong: number[] = [];
  let [inputs, nearTies] = [0, 0];
  for (const sign of negative ? [0, 0x80000000] : [0])
    for (let word = from; word <= to; word += stride) {
      const x = f32OfBits(word + sign);
      const near = double(x);
      const low = Math.fround(near * (1 - trusted));
      inputs++;
      if (low === Math.fround(near * (1 + trusted))) {
        if (of(x) !== low) wrong.push(word + sign);
        continue;
      }
      nearTies++;
      if (of(x) !== rounded(exact(x), binary32)) wrong.push(word + sign);
    }
  return { name, inputs, nearTies, wrong };
}

/** Writes docs/studies/functions.md. */
export function functionsStudy(): readonly string[] {
  const answers = asked.map((one) => answersOf(one, 1));
  const report = reportOf(answers);
  const folder = resolve(process.cwd(), "docs/studies");
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, "functions.md"), report);
  const failed = answers.filter(({ wrong }) => wrong.length > 0);
  if (failed.length > 0)
    throw new Error(`not rounded correctly: ${failed.map(({ name }) => name).join(", ")}`);
  return [report, "written to docs/studies/functions.md"];
}

export function reportOf(answers: readonly Answered[]): string {
  const rows = answers.map(
    ({ name, inputs, nearTies, wrong }) =>
      `| ${name} | ${inputs.toLocaleString("en")} | ${nearTies} | ${wrong.length} |`,
  );
  return `# exp, tanh and rsqrt over every float32

Every float32 between which the value is not plain was asked: of exp 2^-31 ≤ |x| ≤ 104, of tanh 2^-31 ≤ x ≤ 10 (it is odd), of rsqrt all above 0, subnormals too.
The result was compared with the JavaScript engine's double rounded to float32, where that double is further than 10^-15 of its size from a tie, and else with a series in
integers of any size. *Wrong*: not the exact value rounded once to the nearest float32. None is, so each function is correctly rounded, and as monotone as what it rounds.

| function | inputs | near a tie, judged exactly | wrong |
| -------- | ------ | -------------------------- | ----- |
${rows.join("\n")}

Below 2^-31 e^x rounds to 1 and tanh x to x: half a place is 2^-25 of the value at least, and x, x²/3 are less. The reciprocal needs no such study: see its proof in \`src/board/numbers/reciprocal32.ts\`.

Made by \`npm run study -- functions\` (two minutes); a slice of it runs with every test.
`;
}
