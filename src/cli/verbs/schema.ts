import type { Command } from "commander";
import { Argument } from "commander";
import { campaignSchema } from "../../campaign/plan-schema.ts";
import type { Output } from "../output.ts";
import { rigFileSchema } from "../rig-file-schema.ts";
import { jsonSchemaOf } from "../schema-walk.ts";

const kinds = ["rig", "campaign", "result", "model", "published"] as const;

export function addSchema(program: Command, output: Output): void {
  program
    .command("schema")
    .summary("print a JSON Schema for editors and readers")
    .description(
      "Print the JSON Schema of a rig file, a campaign file, result.json, model.json, or a file of published results.",
    )
    .addArgument(new Argument("[kind]", "which one").choices(kinds).default("rig"))
    .addHelpText(
      "after",
      "\nExample: let an editor check a rig file while you write it\n  radrig schema rig > rig.schema.json\n  # and in its first line: # yaml-language-server: $schema=rig.schema.json",
    )
    .action(async (kind: (typeof kinds)[number]) => {
      output.data(JSON.stringify(await schemaOf(kind), null, 2));
    });
}

async function schemaOf(kind: (typeof kinds)[number]): Promise<unknown> {
  switch (kind) {
    case "rig":
      return jsonSchemaOf(rigFileSchema);
    case "campaign":
      return jsonSchemaOf(campaignSchema);
    case "result":
      return (await import("../../science/result-schema.ts")).resultJsonSchema();
    case "model":
      return (await import("../../science/model/model-schema.ts")).modelJsonSchema();
    case "published":
      return jsonSchemaOf((await import("../../science/model/published-schema.ts")).publishedSchema);
  }
}
