import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import { clopperPearson } from "../../src/science/clopper-pearson.ts";
import { mismatchShapes } from "../../src/science/mismatch-shape.ts";
import type { GpuTiling } from "../../src/board/accelerators/gpu/tiling.ts";
import { upperGamma } from "../domain/chi-square.ts";
import { extents, struckShapes } from "./struck-shapes.ts";
import type { StruckShapes } from "./struck-shapes.ts";

/** Shapes of a struck GEMM on the GPU-like accelerator, by tiling, format and ECC, beside those of beams on GPUs. Nothing is fitted to them. */
export const tilings: Readonly<Record<string, Readonly<Record<string, Partial<GpuTiling>>>>> = {
  "gemm-f32": {
    "block 32 × 32, thread 4 × 4, depth 8": {},
    "block 32 × 32, thread 1 × 16, depth 2": { threadRows: 1, threadColumns: 16, depth: 2 },
    "block 32 × 32, thread 2 × 2, depth 32": { threadRows: 2, threadColumns: 2, depth: 32 },
  },
  "gemm-bf16": {
    "block 32 × 32, warp 16 × 16, depth 16 words": {},
    "block 64 × 16, warp 16 × 8, depth 8 words": {
      blockRows: 64,
      blockColumns: 16,
      warpColumns: 8,
      depthWords: 8,
    },
    "block 64 × 64, warp 32 × 16, depth 8 words": {
      blockRows: 64,
      blockColumns: 64,
      warpRows: 32,
      depthWords: 8,
    },
  },
};
const workloads = Object.keys(tilings);
/** Another than the tilings were tried out with. */
const seed = 11;
/** Of significance: three tests a format, so one verdict in three hundred would be wrong by chance. */
const level = 1e-3;

/** Singles among wrong outputs under beams: percentages × n, both from the reference, which computed them from the published logs. */
const beams = [
  { name: "K40, neutrons", singles: 30, of: 64 },
  { name: "Maxwell, neutrons", singles: 30, of: 61 },
  { name: "Xeon Phi (Knights Corner), neutrons", singles: 37, of: 144 },
  { name: "APU, neutrons", singles: 102, of: 238 },
] as const;

interface Row {
  readonly workload: string;
  readonly tiling: string;
  readonly ecc: boolean;
  readonly struck: StruckShapes;
}

/** χ² that rows of counts come from one distribution, and its tail; columns expected to hold fewer than 5 in a row are joined with the next. */
export function homogeneity(counts: readonly (readonly number[])[]): {
  readonly chi2: number;
  readonly degrees: number;
  readonly p: number;
} {
  const rows = counts.map((row) => row.reduce((sum, n) => sum + n, 0));
  const all = rows.reduce((sum, n) => sum + n, 0);
  const least = Math.min(...rows) / all;
  const joined: number[][] = [];
  let open: number[] | null = null;
  for (let column = 0; column < counts[0]!.length; column++) {
    open = counts.map((row, i) => row[column]! + (open?.[i] ?? 0));
    if (open.reduce((sum, n) => sum + n, 0) * least < 5) continue;
    joined.push(open);
    open = null;
  }
  if (open !== null) {
    const rest = open;
    const last = joined.pop();
    joined.push(rest.map((n, i) => n + (last?.[i] ?? 0)));
  }
  let chi2 = 0;
  for (const column of joined) {
    const total = column.reduce((sum, n) => sum + n, 0);
    column.forEach((n, i) => (chi2 += (n - (total * rows[i]!) / all) ** 2 / ((total * rows[i]!) / all)));
  }
  const degrees = (joined.length - 1) * (rows.length - 1);
  return { chi2, degrees, p: degrees === 0 ? 1 : upperGamma(degrees / 2, chi2 / 2) };
}

const share = (n: number, of: number): string => {
  const { lower, upper } = clopperPearson(n, of);
  const percent = (x: number): string => (100 * x).toFixed(0);
  return of === 0
    ? "none wrong"
    : `${((100 * n) / of).toFixed(1)} % (${percent(lower)} to ${percent(upper)})`;
};

export const wrongOf = ({ shapes }: StruckShapes): number =>
  mismatchShapes.reduce((sum, shape) => sum + shapes[shape], 0);

/** Of the four shapes, wrong outputs by strikes of all that is not HBM. */
export function onChipShapes({ shapes, byStructure }: StruckShapes): readonly number[] {
  const hbm = byStructure.get("hbm");
  return mismatchShapes.map((shape) => shapes[shape] - (hbm?.[shape] ?? 0));
}

export function gpuShapesReport(): readonly string[] {
  const rows: Row[] = [];
  for (const ecc of [false, true])
    for (const workload of workloads)
      for (const [tiling, given] of Object.entries(tilings[workload]!).slice(0, ecc ? 1 : undefined)) {
        rows.push({
          workload,
          tiling,
          ecc,
          struck: struckShapes({ workload, ecc, tiling: given, particles: 6_000, seed }),
        });
      }
  const open = rows.filter(({ ecc }) => !ecc);
  const verdicts = workloads.map((workload) => {
    const own = open.filter((row) => row.workload === workload).map(({ struck }) => struck);
    return {
      workload,
      shapes: homogeneity(own.map(({ shapes }) => mismatchShapes.map((shape) => shapes[shape]))),
      onChip: homogeneity(own.map(onChipShapes)),
      extents: homogeneity(own.map(({ byExtent }) => byExtent)),
    };
  });
  const missing = open.filter(({ struck: { shapes } }) => shapes.line === 0 || shapes.block === 0);
  writeFileSync(join(packageRoot, "docs", "studies", "gpu-shapes.md"), page(rows, verdicts));
  for (const { workload, ...verdict } of verdicts)
    for (const [what, { p }] of Object.entries(verdict))
      if (p >= level) throw new Error(`${workload}: tilings do not differ in ${what}, p = ${p}`);
  if (missing.length > 0)
    throw new Error(`no line or no block: ${missing.map(({ tiling }) => tiling).join(", ")}`);
  return [`docs/studies/gpu-shapes.md: ${rows.length} rows`];
}

interface Verdict {
  readonly workload: string;
  readonly shapes: ReturnType<typeof homogeneity>;
  readonly onChip: ReturnType<typeof homogeneity>;
  readonly extents: ReturnType<typeof homogeneity>;
}

function page(rows: readonly Row[], verdicts: readonly Verdict[]): string {
  const told = ({ chi2, degrees, p }: ReturnType<typeof homogeneity>): string =>
    `χ² = ${chi2.toFixed(1)} with ${degrees} degrees of freedom, p = ${p < 1e-4 ? p.toExponential(1) : p.toFixed(4)}`;
  return `# Shapes of a struck GEMM on the GPU-like accelerator

What is done stands in \`test/studies/struck-shapes.ts\`; \`npm run study -- gpu-shapes\` does it again. Particles meet structures as often as bits × σ a bit of the preset
\`gpu-hbm-like\` say (67 MeV protons), at any cycle of a 64 × 64 × 64 product, one particle an iteration. SEFI by device are left out: they are no upset of a bit that a rate by bits has.
No weight is fitted to what beams found. Shapes are those of \`src/science/mismatch-shape.ts\`; shares are of wrong outputs, with 95 % intervals (Clopper and Pearson).

| workload | tiling | ECC | particles | masked | trap, reset or hang | wrong | single | line | block | random |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows
  .map(({ workload, tiling, ecc, struck }) => {
    const wrong = wrongOf(struck);
    return `| ${workload} | ${tiling} | ${ecc ? "on" : "off"} | ${struck.particles} | ${struck.masked} | ${struck.lost} | ${wrong} | ${mismatchShapes.map((shape) => share(struck.shapes[shape], wrong)).join(" | ")} |`;
  })
  .join("\n")}

Under beams (GEMM, ${beams.length} devices; percentages of singles among wrong outputs, × n, from the reference, which computed them from the published logs; the counts behind the intervals are these products, rounded; the rest are lines, blocks and random ones):

| device | wrong | single |
| --- | --- | --- |
${beams.map(({ name, singles, of }) => `| ${name} | ${of} | ${share(singles, of)} |`).join("\n")}

By the structure that was struck, ECC off: share of the wrong outputs, and single / line / block / random:

| workload | tiling | structure | of the wrong outputs | single / line / block / random |
| --- | --- | --- | --- | --- |
${rows
  .filter(({ ecc }) => !ecc)
  .flatMap(({ workload, tiling, struck }) =>
    [...struck.byStructure]
      .map(([name, shapes]) => ({ name, counts: mismatchShapes.map((shape) => shapes[shape]) }))
      .map((own) => ({ ...own, all: own.counts.reduce((sum, n) => sum + n, 0) }))
      .sort((a, b) => b.all - a.all)
      .map(
        ({ name, counts, all }) =>
          `| ${workload} | ${tiling} | \`${name}\` | ${share(all, wrongOf(struck))} | ${counts.join(" / ")} |`,
      ),
  )
  .join("\n")}

Wrong outputs by the number of wrong elements, ECC off:

| workload | tiling | ${extents.map((most, at) => (most === Infinity ? `more than ${extents[at - 1]!}` : `up to ${most}`)).join(" | ")} |
| --- | --- | ${extents.map(() => "---").join(" | ")} |
${rows
  .filter(({ ecc }) => !ecc)
  .map(({ workload, tiling, struck }) => `| ${workload} | ${tiling} | ${struck.byExtent.join(" | ")} |`)
  .join("\n")}

That the three tilings of a format have one and the same mix (a shape expected fewer than 5 times is joined with the next):

${verdicts
  .map(
    ({ workload, shapes, onChip, extents: sizes }) =>
      `- ${workload}: of shapes, all structures together, ${told(shapes)}; of shapes, structures on the chip alone (all but HBM), ${told(onChip)}; of numbers of wrong elements, ${told(sizes)}`,
  )
  .join("\n")}

The study fails where one of these is ${level} or more. What to make of it: the mix of shapes changes with the tiling, on the chip far more than over all structures.
A thread of 1 × 16 outputs holds 16 sums and 16 operands that serve one output each, so most of what is struck there is single; a thread of 2 × 2 holds few sums beside its
operands, and a depth of 32 keeps sixteen times as many k in shared memory as one of 2, each read by a row or column of the block: lines. An operand struck in HBM is a whole row or column of
the output whatever the tile; it dilutes the difference. Without ECC lines prevail over all structures, because most bits at risk hold operands that are read by many.
With ECC data memories drop out: few wrong outputs, most particles that count trap. Each workload draws its strikes from a stream of its own.
`;
}
