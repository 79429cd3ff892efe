import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-root.ts";
import { ends, isKeplerHere, readKepler } from "./kepler-data.ts";
import type { End, Kepler } from "./kepler-data.ts";

/**
 * Does injection × profile foretell what a beam counts? Failure rates of programs on a Kepler GPU as bits in use × what injection says becomes of a
 * wrong one, with one scale for everything, against the beam's, each program foretold from the others.
 *
 *   profile ─→ bits in use, by structure ┐
 *   injection ─→ share that ends so ─────┴→ Σ bits × share ─× one scale (of the other programs)→ rate ─÷→ the beam's
 */
interface Foretold {
  readonly program: string;
  readonly ecc: "on" | "off";
  readonly beam: number;
  /** Bits that would have to be wrong for it, before any scale. */
  readonly exposed: number;
  readonly foretold: number;
  /** The geometric mean of the other programs' rates, ECC on and off together. */
  readonly constant: number;
}

export interface KeplerVerdict {
  readonly end: End;
  readonly rows: readonly Foretold[];
  readonly model: Skill;
  readonly constant: Skill;
}

export interface Skill {
  /** Root of the mean square of ln(foretold/beam). */
  readonly rmsLog: number;
  /** Spearman's; null: everything foretold alike. */
  readonly rank: number | null;
  readonly withinFive: number;
}

/** A warp instruction is in the pipeline for about so many cycles, with three operands and a result of 32 bits in each of 32 lanes. */
const pipelineCycles = 10;
const bitsInFlight = 32 * 4 * 32;
/** Of a multiprocessor (Kepler, compute capability 3.5). */
const threads = 2_048;
const sharedBytes = 48 * 1_024;
const mostBlocks = 16;

/** Metrics of a profile that are sums over its kernels. */
const meanOverKernels = (profile: ReadonlyMap<string, number>, metric: string): number =>
  profile.get(metric)! / profile.get("kernel_number")!;

/** What kind of injection stands for what kind of executed instruction. */
const kinds: readonly { readonly metric: readonly string[]; readonly kind: readonly string[] }[] = [
  { metric: ["flop_count_sp_fma"], kind: ["FFMA_OP"] },
  { metric: ["flop_count_sp_add", "flop_count_sp_mul", "flop_count_sp_special"], kind: ["FADD_FMUL_OP"] },
  { metric: ["inst_integer"], kind: ["IADD_IMUL_OP", "MAD_OP"] },
  { metric: ["inst_compute_ld_st"], kind: ["LD_OP", "STORE_OP", "LDS_OP"] },
  { metric: ["inst_control"], kind: ["PR", "SET_OP", "CC"] },
  { metric: ["inst_misc"], kind: ["GPR"] },
];

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Bits that are wrong for this end if struck, in one multiprocessor: no constant in here is fitted to the beam. */
export function exposedBits(kepler: Kepler, program: string, ecc: "on" | "off", end: End): number {
  const profile = kepler.profile.get(program)!;
  const injected = kepler.injected[end].get(program)!;
  const { registers, sharedBytes: ofBlock } = kepler.memories.get(program)!;
  let instructions = 0;
  let weighed = 0;
  for (const { metric, kind } of kinds) {
    const count = metric.reduce((sum, name) => sum + profile.get(name)!, 0);
    // A kind that a program has none of was not injected: its 0 is no measurement.
    const shares = kind.map((name) => injected.get(name)!).filter((share) => share > 0);
    instructions += count;
    weighed += count * (shares.length === 0 ? 0 : meanOf(shares));
  }
  const logic = meanOverKernels(profile, "ipc") * pipelineCycles * bitsInFlight * (weighed / instructions);
  if (ecc === "on") return logic;
  const occupancy = meanOverKernels(profile, "achieved_occupancy");
  const file = occupancy * threads * registers * 32 * injected.get("GPR")!;
  const blocks = ofBlock === 0 ? 0 : Math.min(mostBlocks, Math.floor(sharedBytes / ofBlock));
  const shared = occupancy * blocks * ofBlock * 8 * injected.get("LDS_OP")!;
  return logic + file + shared;
}

/** Programs with a rate in the beam that nobody injected into. */
export function leftOut(kepler: Kepler): readonly string[] {
  return [...new Set(kepler.beam.map(({ program }) => program))].filter(
    (program) => !kepler.injected.SDC.has(program),
  );
}

export function keplerVerdict(kepler: Kepler, end: End): KeplerVerdict {
  const known = kepler.beam
    .filter(({ program }) => kepler.injected[end].has(program))
    .map(({ program, ecc, rate }) => ({
      program,
      ecc,
      beam: rate[end],
      exposed: exposedBits(kepler, program, ecc, end),
    }));
  const rows = known.map((row): Foretold => {
    const others = known.filter(({ program }) => program !== row.program);
    const scale = Math.exp(meanOf(others.map(({ beam, exposed }) => Math.log(beam / exposed))));
    const constant = Math.exp(meanOf(others.map(({ beam }) => Math.log(beam))));
    return { ...row, foretold: scale * row.exposed, constant };
  });
  return {
    end,
    rows,
    model: skillOf(rows.map(({ beam, foretold }) => [foretold, beam])),
    // What is left out of each constant moves it, so its order means nothing.
    constant: { ...skillOf(rows.map(({ beam, constant }) => [constant, beam])), rank: null },
  };
}

function skillOf(pairs: readonly (readonly [number, number])[]): Skill {
  const logs = pairs.map(([foretold, beam]) => Math.log(foretold / beam));
  return {
    rmsLog: Math.sqrt(meanOf(logs.map((log) => log * log))),
    rank: spearman(
      pairs.map(([foretold]) => foretold),
      pairs.map(([, beam]) => beam),
    ),
    withinFive: logs.filter((log) => Math.abs(log) <= Math.log(5)).length,
  };
}

/** Pearson's correlation of ranks; ties share the mean of theirs. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const product = (u: readonly number[], mu: number, v: readonly number[], mv: number): number =>
    u.reduce((sum, value, i) => sum + (value - mu) * (v[i]! - mv), 0);
  return product(x, meanX, y, meanY) / Math.sqrt(product(x, meanX, x, meanX) * product(y, meanY, y, meanY));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map(
    (value) =>
      values.filter((other) => other < value).length +
      (values.filter((other) => other === value).length + 1) / 2,
  );
}

export function keplerReport(): readonly string[] {
  if (!isKeplerHere())
    throw new Error(
      "NOT DONE: ../shared/data/gpu-beam-vs-injection is absent, and nothing of it is part of radrig",
    );
  const kepler = readKepler();
  const verdicts = ends.map((end) => keplerVerdict(kepler, end));
  writeFileSync(join(packageRoot, "docs/studies/kepler.md"), page(verdicts, leftOut(kepler)));
  return ["docs/studies/kepler.md", ...verdicts.map(verdictLine)];
}

function verdictLine({ end, model, constant, rows }: KeplerVerdict): string {
  const beaten = model.rmsLog < constant.rmsLog;
  return `${end}: RMS ln ratio ${model.rmsLog.toFixed(2)} (a factor of ${Math.exp(model.rmsLog).toFixed(1)}), a constant's ${constant.rmsLog.toFixed(2)} (${Math.exp(constant.rmsLog).toFixed(1)}): the constant is ${beaten ? "beaten" : "NOT beaten"}; rank correlation ${model.rank!.toFixed(2)}; within a factor of 5: ${model.withinFive} of ${rows.length}, a constant's ${constant.withinFive}`;
}

function page(verdicts: readonly KeplerVerdict[], missing: readonly string[]): string {
  const table = ({ rows }: KeplerVerdict): string =>
    rows
      .map(
        ({ program, ecc, beam, foretold, constant }) =>
          `| ${program} | ${ecc} | ${beam.toFixed(2)} | ${foretold.toFixed(2)} | ${(foretold / beam).toFixed(2)} | ${(constant / beam).toFixed(2)} |`,
      )
      .join("\n");
  return `# Injection × profile against a beam, on a Kepler GPU

\`npm run study -- kepler\` does this again where the published figures lie beside the project (\`../shared/data/gpu-beam-vs-injection\`); what is done stands in \`test/studies/kepler.ts\`.

A rate is foretold as bits in use × the share of injections that ended so, summed over structures, × **one scale for all programs and both ECC states**. Each program is foretold with the scale of
the others (both of its own rows left out). Bits in use of a multiprocessor follow from the profile and from what is published of the machine, and none is fitted:
instructions in flight (IPC × ${pipelineCycles} cycles × 32 lanes × 4 words of 32 bits), each kind with its own share; with ECC off also the register file in use (occupancy × ${threads} threads × registers × 32 bits)
and shared memory in use (blocks that fit in ${sharedBytes / 1_024} KiB, at most ${mostBlocks}, × occupancy). Caches and DRAM are left out: nobody injected there. Rates are in the unit of the publication, which is arbitrary.
The constant predictor says the geometric mean of the other programs' rates, whatever the program and whatever ECC.

Left out: ${missing.join(", ")}, which have a rate in the beam and no injection.

${verdicts
  .map(
    (verdict) => `## ${verdict.end}

| program | ECC | beam | foretold | foretold ÷ beam | constant ÷ beam |
| --- | --- | --- | --- | --- | --- |
${table(verdict)}

${verdictLine(verdict)}.
`,
  )
  .join("\n")}`;
}
