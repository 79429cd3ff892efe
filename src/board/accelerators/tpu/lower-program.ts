import type { Program, Step } from "../../workloads/program.ts";
import { checkProgram } from "../../workloads/check-program.ts";
import { createAssembler } from "./assembler.ts";
import {
  lowerCombine,
  lowerGather,
  lowerMap,
  lowerPlace,
  lowerReduceRows,
  lowerRequantize,
} from "./lower-elements.ts";
import { lowerMatmul } from "./lower-matmul.ts";
import { lowerMarch, lowerReduce, lowerScan, lowerSort } from "./lower-orders.ts";
import type { Lowering } from "./lowering.ts";
import { layOut } from "./tensor-layout.ts";
import type { TpuImage } from "./tpu-image.ts";
import type { TpuShape } from "./tpu-state.ts";

/** The program of a workload as instructions and memory image of this device. Throws an Error of one line where it does not fit. */
export function lowerProgram(program: Program, { rows, columns }: TpuShape): TpuImage {
  checkProgram(program);
  const { placed, hbm, regions } = layOut(program);
  const asm = createAssembler(program.name);
  const lowering: Lowering = {
    asm,
    rows,
    columns,
    programName: program.name,
    placed: (tensor) => placed.get(tensor)!,
  };
  for (const step of program.steps) lowerStep(lowering, step);
  const output = placed.get(program.output)!;
  const { flags } = program;
  const operands = program.steps.flatMap((step) => (step.do === "matmul" ? [placed.get(step.a)!.size] : []));
  return {
    ...asm.finish(),
    hbm,
    regions,
    output: { from: output.from, words: output.words },
    outputAxes: [
      { name: "row", size: output.tensor.rows },
      { name: "column", size: output.tensor.columns },
    ],
    flags: flags === null ? null : { at: placed.get(flags.tensor)!.from, detector: flags.detector },
    inputs: program.inputs,
    format: program.format,
    ranks: program.task === "classes",
    operandBits: 8 * Math.max(1, ...operands),
  };
}

function lowerStep(lowering: Lowering, step: Step): void {
  switch (step.do) {
    case "matmul": {
      lowerMatmul(lowering, step);
      return;
    }
    case "gather": {
      lowerGather(lowering, step);
      return;
    }
    case "map": {
      lowerMap(lowering, step);
      return;
    }
    case "combine": {
      lowerCombine(lowering, step);
      return;
    }
    case "reduce-rows": {
      lowerReduceRows(lowering, step);
      return;
    }
    case "requantize": {
      lowerRequantize(lowering, step);
      return;
    }
    case "place": {
      lowerPlace(lowering, step);
      return;
    }
    case "reduce": {
      lowerReduce(lowering, step);
      return;
    }
    case "scan": {
      lowerScan(lowering, step);
      return;
    }
    case "sort": {
      lowerSort(lowering, step);
      return;
    }
    case "march": {
      lowerMarch(lowering, step);
      return;
    }
  }
}
