import type { Command } from "commander";
import type { Output } from "../output.ts";

export function addAnalyze(program: Command, output: Output): void {
  program
    .command("analyze")
    .summary("compute everything again from a record's journal")
    .description(
      "Compute outcomes, exposures, rates and intervals again from the journal of a record, and from nothing else:\nthe same journal gives the same bytes each time. Nothing is written.",
    )
    .argument("<dir>", "record folder")
    .option("--json", "print the result as JSON (its schema: radrig schema result)")
    .addHelpText(
      "after",
      "\nExample:\n  radrig analyze records/first-light-1 --json | jq '.pooled[0].estimates'",
    )
    .action(async (folder: string, options: { readonly json?: true }) => {
      const [{ readRecord }, { analyze }, { resultJson }, { resultTable }] = await Promise.all([
        import("../read-record.ts"),
        import("../../science/analyze.ts"),
        import("../../science/result-json.ts"),
        import("../../report/table.ts"),
      ]);
      const state = await readRecord(folder, (bytes) =>
        output.say(
          `radrig: the last ${bytes} bytes of the journal are a write cut short; \`radrig run --resume ${folder}\` goes on from there`,
        ),
      );
      const result = analyze(state);
      if (options.json) output.data(resultJson(result).trimEnd());
      else for (const line of resultTable(result, output.canvas())) output.data(line);
    });
}
