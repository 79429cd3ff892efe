import { beamTpuReport } from "./beam-tpu.ts";
import { benchCoverageReport } from "./bench-coverage.ts";
import { closedLoopBenchReport } from "./closed-loop-bench.ts";
import { closedLoopReport } from "./closed-loop.ts";
import { coverageStudy } from "./coverage.ts";
import { cutReport } from "./cut.ts";
import { fitsStudy } from "./fits.ts";
import { floodReport } from "./flood.ts";
import { functionsStudy } from "./functions.ts";
import { gpuShapesReport } from "./gpu-shapes.ts";
import { orbitTablesReport } from "./orbit-tables.ts";
import { thermalSweepReport } from "./thermal-sweep.ts";
import { keplerReport } from "./kepler.ts";
import { killReport } from "./kill.ts";
import { selStormReport } from "./sel-storm.ts";
import { tpuAgreementReport } from "./tpu-agreement.ts";
import { tpuInOrbitReport } from "./tpu-in-orbit.ts";

/** A study: a claim proved at length, with a report that is committed. CI runs a slice of each as a test. */
export interface Study {
  readonly about: string;
  /** Writes its report and answers the lines to print; throws where the claim does not hold. */
  readonly run: () => readonly string[] | Promise<readonly string[]>;
}

/** Every study there is, a line each: `npm run study -- NAME`. */
export const studies: Readonly<Record<string, Study>> = {
  coverage: { about: "intervals cover what they say, 100,000 seeds a point", run: coverageStudy },
  fits: { about: "intervals of fitted cross-sections hold the truth, 500 seeds each", run: fitsStudy },
  kill: {
    about: "kill -9 at 100 moments spread over the journal: nothing acknowledged is lost",
    run: killReport,
  },
  cut: {
    about: "a journal cut at every byte is gone on with to the undisturbed totals (some minutes)",
    run: cutReport,
  },
  "closed-loop": {
    about: "rates in orbit from counts hold the truth of the rig file, 5,000 seeds (many minutes)",
    run: closedLoopReport,
  },
  "closed-loop-bench": {
    about: "the same through the whole emulated bench, 500 seeds (many minutes)",
    run: closedLoopBenchReport,
  },
  "bench-coverage": {
    about: "intervals of the whole bench hold its truth, 200 exposures",
    run: benchCoverageReport,
  },
  "beam-tpu": {
    about: "the emulated beam on the TPU-like board gives back its cross-sections (many minutes)",
    run: beamTpuReport,
  },
  "thermal-sweep": {
    about: "ln σ on die temperature, 25 to 85 °C, 20 sweeps: the slope is the rig file's",
    run: thermalSweepReport,
  },
  "sel-storm": {
    about: "200 latch-ups and 200 load steps, told apart and lived through (some minutes)",
    run: selStormReport,
  },
  "tpu-agreement": {
    about: "300,000 strikes on the TPU-like accelerator beside a simulator by cycles (ten minutes)",
    run: tpuAgreementReport,
  },
  "tpu-in-orbit": {
    about: "the published figures of a TPU v6e, a year at 650 km: docs/tpu-v6e-in-orbit.md (seconds)",
    run: tpuInOrbitReport,
  },
  functions: {
    about: "exp, tanh and rsqrt are correctly rounded, over every float32 (some minutes)",
    run: functionsStudy,
  },
  "gpu-shapes": {
    about: "how wrong elements lie after 48,000 particles on the GPU-like board (some minutes)",
    run: gpuShapesReport,
  },
  kepler: {
    about: "injection × profile against a beam's failure rates, on a Kepler GPU",
    run: keplerReport,
  },
  "orbit-tables": {
    about: "the package's orbit tables beside the maps themselves, 300 orbits (some minutes)",
    run: orbitTablesReport,
  },
  flood: { about: "one gigabyte of 0xFF into a port", run: floodReport },
};
