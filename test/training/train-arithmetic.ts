import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { arithmeticOperations } from "../../src/domain/fault-model.ts";
import { learn } from "./learn-arithmetic.ts";

/** Learns the masks of arithmetic units and writes them into the source: `npm run train:arithmetic FOLDER`, the folder with the measured data. */
const folder = process.argv[2];
if (folder === undefined) throw new Error("give the folder that holds raw_data_execution_units.csv.gz");
const learnt = learn(folder);
const entries = arithmeticOperations.map((operation) => {
  const { zero, adjacent, flips, single, several } = learnt[operation];
  const list = (numbers: readonly number[]): string => `[${numbers.join(", ")}]`;
  return `  // prettier-ignore
  ${operation}: {
    zero: ${zero}, adjacent: ${adjacent},
    flips: ${list(flips)},
    single: ${list(single)},
    several: ${list(several)},
  },`;
});
writeFileSync(
  join(import.meta.dirname, "../../../src/domain/arithmetic-table.ts"),
  `// Written by \`npm run train:arithmetic\` (test/training/train-arithmetic.ts): learnt numbers, none of the measured rows.
import type { ArithmeticOperation, Measured } from "./fault-model.ts";

/**
 * What register-transfer-level faults in the execution units of a GPU did to their 32-bit results, in corrupted results counted. Source: the data
 * published with Fernandes dos Santos, Rodriguez Condia, Carro, Sonza Reorda and Rech, "Revealing GPUs Vulnerabilities by Combining
 * Register-Transfer and Software-Level Fault Injection", DSN 2021. test/training/learn-arithmetic.ts says how they were counted.
 */
export const arithmeticTable: Readonly<Record<ArithmeticOperation, Measured>> = {
${entries.join("\n")}
};
`,
);
