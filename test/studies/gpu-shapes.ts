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
export const tilings: Readonly<Record<string, Partial<GpuTiling>>> = {
  "32 × 32": {},
  "64 × 64": { blockRows: 64, blockColumns: 64, warpRows: 32 },
  "16 × 16": { blockRows: 16, blockColumns: 16, threadRows: 2, threadColumns: 2, warpColumns: 8 },
};

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

export function gpuShapesReport(): readonly string[] {
  const rows: Row[] = [];
  for (const workload of ["gemm-f32", "gemm-bf16"])
    for (const [tiling, given] of Object.entries(tilings))
      rows.push({
        workload,
        tiling,
        ecc: false,
        struck: struckShapes({ workload, ecc: false, tiling: given, particles: 2_500, seed: 1 }),
      });
  for (const workload of ["gemm-f32", "gemm-bf16"])
    rows.push({
      workload,
      tiling: "32 × 32",
      ecc: true,
      struck: struckShapes({ workload, ecc: true, particles: 6_000, seed: 1 }),
    });
  const open = rows.filter(({ ecc }) => !ecc);
  const verdicts = ["gemm-f32", "gemm-bf16"].map((workload) => {
    const own = open.filter((row) => row.workload === workload).map(({ struck }) => struck);
    return {
      workload,
      shapes: homogeneity(own.map(({ shapes }) => mismatchShapes.map((shape) => shapes[shape]))),
      extents: homogeneity(own.map(({ byExtent }) => byExtent)),
    };
  });
  const missing = open.filter(({ struck: { shapes } }) => shapes.line === 0 || shapes.block === 0);
  writeFileSync(join(packageRoot, "docs", "studies", "gpu-shapes.md"), page(rows, verdicts));
  for (const {
    workload,
    extents: { p },
  } of verdicts)
    if (p > 1e-3) throw new Error(`${workload}: tilings do not differ in what is wrong, p = ${p}`);
  if (missing.length > 0)
    throw new Error(`no line or no block: ${missing.map(({ tiling }) => tiling).join(", ")}`);
  return [`docs/studies/gpu-shapes.md: ${rows.length} rows`];
}

interface Verdict {
  readonly workload: string;
  readonly shapes: ReturnType<typeof homogeneity>;
  readonly extents: ReturnType<typeof homogeneity>;
}

function page(rows: readonly Row[], verdicts: readonly Verdict[]): string {
  const told = ({ chi2, degrees, p }: ReturnType<typeof homogeneity>): string =>
    `χ² = ${chi2.toFixed(1)} with ${degrees} degrees of freedom, p = ${p < 1e-4 ? p.toExponential(1) : p.toFixed(4)}`;
  const f32 = rows.find(
    ({ ecc, tiling, workload }) => !ecc && tiling === "32 × 32" && workload === "gemm-f32",
  )!;
  return `# Shapes of a struck GEMM on the GPU-like accelerator

What is done stands in \`test/studies/struck-shapes.ts\`; \`npm run study -- gpu-shapes\` does it again. Particles meet structures as often as bits × σ a bit of the preset
\`gpu-hbm-like\` say (67 MeV protons), at any cycle of a 64 × 64 × 64 product, one particle an iteration. SEFI by device are left out: they are no upset of a bit that a rate by bits has.
No weight is fitted to what beams found. Shapes are those of \`src/science/mismatch-shape.ts\`; shares are of wrong outputs, with 95 % intervals (Clopper and Pearson).

| workload | block tile | ECC | particles | masked | trap, reset or hang | wrong | single | line | block | random |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows
  .map(({ workload, tiling, ecc, struck }) => {
    const wrong = wrongOf(struck);
    return `| ${workload} | ${tiling} | ${ecc ? "on" : "off"} | ${struck.particles} | ${struck.masked} | ${struck.lost} | ${wrong} | ${mismatchShapes.map((shape) => share(struck.shapes[shape], wrong)).join(" | ")} |`;
  })
  .join("\n")}

Under beams (GEMM, ${beams.length} devices; singles among wrong outputs, percentages × n from the reference, computed there from the published logs; the rest are lines, blocks and random ones):

| device | wrong | single |
| --- | --- | --- |
${beams.map(({ name, singles, of }) => `| ${name} | ${of} | ${share(singles, of)} |`).join("\n")}

By the structure that was struck (gemm-f32, 32 × 32, ECC off), single / line / block / random:

${[...f32.struck.byStructure]
  .map(([name, shapes]) => `- \`${name}\`: ${mismatchShapes.map((shape) => shapes[shape]).join(" / ")}`)
  .join("\n")}

Wrong outputs by the number of wrong elements, ECC off:

| workload | block tile | ${extents.map((most, at) => (most === Infinity ? `more than ${extents[at - 1]!}` : `up to ${most}`)).join(" | ")} |
| --- | --- | ${extents.map(() => "---").join(" | ")} |
${rows
  .filter(({ ecc }) => !ecc)
  .map(({ workload, tiling, struck }) => `| ${workload} | ${tiling} | ${struck.byExtent.join(" | ")} |`)
  .join("\n")}

That the three tilings have one and the same mix:

${verdicts
  .map(
    ({ workload, shapes, extents: sizes }) =>
      `- ${workload}: of shapes, ${told(shapes)}; of numbers of wrong elements, ${told(sizes)}`,
  )
  .join("\n")}

What to make of it. A tile decides how far an error in registers and shared memory goes: a line is as long as a thread's, a warp's or a block's tile is wide. An operand struck in HBM is a whole row or
column of the output whatever the tile, and there the shape says nothing of the tiling. So the four shapes alone hardly tell tilings apart here; how many elements are wrong does. Without ECC lines prevail, because most bits at risk hold operands that are read by many; real parts
that were in a beam compute larger products, from caches, whose logic is struck too: so more of their errors are single. With ECC data memories drop out, and what is left comes from
schedulers, masks and operand latches: few wrong outputs, most particles that count trap.
`;
}
