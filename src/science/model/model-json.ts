import { RigError } from "../../domain/errors.ts";
import { modelVersion } from "./model.ts";
import type { Model } from "./model.ts";
import { contradictionIn } from "./contradictions.ts";
import { modelSchema } from "./model-schema.ts";

/**
 * The bytes of `model.json`: checked against its schema and in its order of keys, counts as they are, other numbers with 6 digits. Rows of
 * posteriors stand on one line each.
 */
export function modelJson(model: Model): string {
  const ordered = modelSchema.parse(model);
  const posteriors: string[] = [];
  const text = JSON.stringify(
    ordered,
    (key, value: unknown) => {
      if (key === "posterior") {
        const rows = value as readonly (readonly number[])[];
        posteriors.push(`[\n${rows.map((row) => JSON.stringify(row.map(digits))).join(",\n")}\n]`);
        return "\u0000posterior";
      }
      return typeof value === "number" ? digits(value) : value;
    },
    1,
  );
  let next = 0;
  return `${text.replace(/"\\u0000posterior"/g, () => posteriors[next++]!)}\n`;
}

function digits(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

/** A model from the text of a file; `name`: of the file, for the message. What is no model of this version, or a damaged one, is RigError `config` in one line. */
export function parseModel(text: string, name: string): Model {
  const refuse = (message: string): never => {
    throw new RigError("config", `${name}: ${message}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RigError(
      "config",
      `${name}: not JSON, or cut short: expected a model.json of \`radrig calibrate\``,
      {
        cause: error,
      },
    );
  }
  const version =
    typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)["schemaVersion"]
      : undefined;
  const looksLikeModel =
    typeof value === "object" && value !== null && "responses" in value && "vulnerabilities" in value;
  if (!looksLikeModel)
    return refuse(
      "no model: expected a model.json of `radrig calibrate`, with responses and vulnerabilities",
    );
  if (version !== modelVersion)
    return refuse(
      `schemaVersion ${version === undefined ? "missing" : JSON.stringify(version)}, expected ${modelVersion}: calibrate again from its records with this radrig`,
    );
  const parsed = modelSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(
      `damaged at ${issue!.path.join(".") || "its top"} (${issue!.message}): calibrate again from its records`,
    );
  }
  const contradiction = contradictionIn(parsed.data);
  return contradiction === null
    ? parsed.data
    : refuse(`damaged at ${contradiction}: calibrate again from its records`);
}
