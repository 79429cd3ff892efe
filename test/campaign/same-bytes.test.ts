import { describe, expect, test } from "vitest";
import { faultModelSchema } from "../../src/campaign/fault-model-schema.ts";
import { presetNames } from "../../src/emulator/devices/all.ts";
import { worldSchema } from "../../src/emulator/world-schema.ts";
import { campaignOn, ofType, smallRig } from "./emulated.ts";

/**
 * Law 3 over whole campaigns in memory: the records, as lines of JSON, are the same byte for byte from the same seed, whatever ran before in this process,
 * and others from another one. Every accelerator in each of its modes meets every fault model and, where it has one, every preset of a device under a beam;
 * workloads are two cheap ones of each. All workloads meet all accelerators in test/board/accelerators/same-execution.test.ts.
 */
interface Board {
  readonly name: string;
  readonly accelerator: string;
  readonly keys: string;
  readonly workloads: readonly [string, string];
  /** Words of 32 bits, and floats, for the models that ask for them. */
  readonly target: string;
}

const boards: readonly Board[] = [
  {
    name: "cpu f32",
    accelerator: "cpu",
    keys: "format: f32",
    workloads: ["gemm", "scan"],
    target: "weights",
  },
  { name: "soft", accelerator: "soft", keys: "format: i8", workloads: ["gemm", "digits"], target: "weights" },
  ...(["on", "off"] as const).flatMap((ecc): Board[] => [
    {
      name: `tpu, ECC ${ecc}`,
      accelerator: "tpu",
      keys: `ecc: ${ecc}\n      array: { rows: 4, columns: 4 }`,
      workloads: ["reduce-f32", "reduce-i32"],
      target: "hbm",
    },
    {
      name: `gpu, ECC ${ecc}`,
      accelerator: "gpu",
      keys: `ecc: ${ecc}`,
      workloads: ["reduce-f32", "reduce-i32"],
      target: "registers",
    },
  ]),
];
const accepted = worldSchema.shape.boards.valueType.shape.accelerator.options as readonly string[];
const here = boards.filter(({ accelerator }) => accepted.includes(accelerator));

/** Every kind of fault that a plan may name, with settings where it needs some. */
const settings: Readonly<Record<string, string>> = {
  adjacent: ", bits: 5",
  random: ", bits: 5",
  multiplicity: ", weights: [5, 3, 1]",
  "word-periodic": ", every: 2, words: 3",
  nan: ", format: f32",
  inf: ", format: f32",
  arithmetic: ", operation: ffma, anyTarget: true",
};
const [, map] = faultModelSchema.options;
const kinds = map.shape.model.unwrap().options;
const mixOf = (some: readonly string[]): string =>
  `{ mix: [${some.map((kind, at) => `{ model: ${kind}, weight: ${at + 1}${settings[kind] ?? ""} }`).join(", ")}] }`;

/** Those that a board may refuse, each alone: a refusal is a record, too. The others in two mixtures. */
const alone = (kind: string): boolean => /stuck-at|warp-periodic|nan|inf|arithmetic|random-value/.test(kind);
const together = kinds.filter((kind) => !alone(kind));
const models = [
  ...kinds.filter(alone).map((kind) => mixOf([kind])),
  mixOf(together.filter((_, at) => at % 2 === 0)),
  mixOf(together.filter((_, at) => at % 2 === 1)),
];

function rigOf({ keys, accelerator }: Board, preset: string): string {
  return smallRig({ board: `clockKHz: 100${preset}` })
    .replace(/accelerator: cpu\n\s+format: i8/, `accelerator: ${accelerator}\n      ${keys}`)
    .replace(
      "beamFluxPerCm2PerSecond: 1.0e+8",
      "beam: { species: proton, energyMeV: 67, fluxPerCm2PerSecond: 1.0e+8 }",
    )
    .replace(
      /crossSectionPerBitCm2: .*\n/,
      preset === "" ? "crossSectionPerBitCm2: { control: 1.0e-12 }\n" : "\n",
    );
}

async function journalOf(board: Board, seed: number): Promise<string> {
  const [first, second] = board.workloads;
  // A load of the GPU-like board takes long: its registers take every model, so one mixture has them all.
  const strikes = (board.accelerator === "gpu" ? [mixOf(kinds)] : models).map(
    (faultModel, at, { length }) =>
      `{ kind: injection, dut: dut, workload: ${at % 2 === 0 ? first : second}, target: ${board.target}, faultModel: ${faultModel}, stop: { strikes: ${length === 1 ? 12 : 3} } }`,
  );
  const beam = (board.accelerator === "gpu" ? [second] : [first, second]).map(
    (workload) =>
      `{ kind: beam, dut: dut, workload: ${workload}, beam: { species: proton, energyMeV: 67 }, stop: { events: 1, seconds: 0.1 } }`,
  );
  const parts = [(await campaignOn(rigOf(board, ""), strikes, { seed })).records];
  // Pairs are enough: each preset with each of these accelerators, each mode with one of them.
  const presets =
    board.accelerator === "tpu" || board.accelerator === "gpu"
      ? presetNames.filter((_, at) => at % 2 === (board.keys.includes("ecc: on") ? 0 : 1))
      : [];
  for (const preset of presets)
    parts.push((await campaignOn(rigOf(board, `\n      device: ${preset}`), beam, { seed })).records);
  // Strikes there were: an empty journal is the same twice, and proves nothing. An int8 board refuses most models.
  expect(ofType(parts[0]!, "strike").length).toBeGreaterThan(5);
  return parts.flatMap((records) => records.map((record) => `${JSON.stringify(record)}\n`)).join("");
}

describe("the journal of a campaign", () => {
  test("every accelerator that a rig file may name is here, and every kind of fault is in some model", () => {
    expect(accepted.filter((name) => !boards.some(({ accelerator }) => accelerator === name))).toEqual([]);
    expect(kinds.filter((kind) => !models.some((model) => model.includes(`model: ${kind},`)))).toEqual([]);
  });

  test("is the same from the same seed, in whichever order boards ran, and another from another", async () => {
    const first = new Map<string, string>();
    for (const board of here) first.set(board.name, await journalOf(board, 7));
    for (const board of here.toReversed()) {
      expect((await journalOf(board, 7)) === first.get(board.name), `the same seed on ${board.name}`).toBe(
        true,
      );
      const other = await journalOf(board, 8);
      expect(
        other.replaceAll('"seed":8', '"seed":7') === first.get(board.name),
        `another seed on ${board.name}`,
      ).toBe(false);
    }
  }, 180_000);
});
