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
    .option("--strikes", "list every strike: the words and bits that it hit, in words, and what came of it")
    .option(
      "--json",
      "print the result as JSON (its schema: radrig schema result); with --strikes one object a line",
    )
    .addHelpText(
      "after",
      "\nExample:\n  radrig analyze records/first-light-1 --json | jq '.pooled[0].estimates'\n  radrig analyze records/first-light-1 --strikes | grep sdcCritical",
    )
    .action(async (folder: string, options: { readonly json?: true; readonly strikes?: true }) => {
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
      if (options.strikes) {
        const { listStrikes } = await import("../list-strikes.ts");
        const listed = await listStrikes(folder, options.json === true, output);
        if (listed === 0) output.say(`radrig: no strike in ${folder}: only injection blocks make any`);
        return;
      }
      const result = analyze(state);
      if (options.json) output.data(resultJson(result).trimEnd());
      else for (const line of resultTable(result, output.canvas())) output.data(line);
    });
}
