import { expect, test } from "vitest";
import { complaint, injection } from "./complaint.ts";

const beamBlock =
  "{ kind: beam, dut: dut, workload: gemm-i8, beam: { species: proton }, stop: { events: 1 } }";

test.each([
  [
    "ecc",
    "accelerator: cpu, format: i8, ecc: on",
    /rig\.yaml:9:\d+: found 'ecc' on a cpu, expected it on a tpu or gpu alone.*leave it out$/,
  ],
  ["scrubCycles", "accelerator: soft, format: i8, scrubCycles: 9", /9:\d+: found 'scrubCycles' on a soft/],
  [
    "array",
    "accelerator: gpu, array: { rows: 8 }",
    /9:\d+: found 'array' on a gpu, expected it on a tpu alone/,
  ],
  ["gpu", "accelerator: tpu, gpu: { sms: 2 }", /9:\d+: found 'gpu' on a tpu, expected it on a gpu alone/],
  [
    "format",
    "accelerator: tpu, format: i8",
    /9:\d+: found 'format' on a tpu, expected it on a cpu or soft alone/,
  ],
  [
    "device",
    "accelerator: tpu, device: gpu-hbm-like",
    /9:\d+: 'gpu-hbm-like' is a preset of a gpu, found on a tpu: write tpu-v6e-like$/,
  ],
  [
    "device of a cpu",
    "accelerator: cpu, format: i8, device: tpu-v6e-like",
    /9:\d+: .*found on a cpu: leave it out/,
  ],
  ["negative rows", "accelerator: tpu, array: { rows: -1 }", /9:\d+: found -1: expected at least 4$/],
  [
    "absurd columns",
    "accelerator: tpu, array: { columns: 1000000 }",
    /9:\d+: found 1000000: expected at most 256$/,
  ],
  ["negative scrubbing", "accelerator: gpu, scrubCycles: -4 ", /9:\d+: found -4: expected at least 0$/],
  ["negative warps", "accelerator: gpu, gpu: { warps: -4 }", /9:\d+: found -4: expected at least 4$/],
  [
    "negative tile",
    "accelerator: gpu, gpu: { tiling: { blockRows: -3 } }",
    /9:\d+: found -3: expected at least 1$/,
  ],
  ["watts below 0", "accelerator: tpu, idleWatts: -1", /9:\d+: found -1: expected at least 0$/],
  [
    "a tiling that fits none",
    "accelerator: gpu, gpu: { warps: 4, tiling: { blockRows: 256 } }",
    /9:\d+: with its thread tile a block has \d+ warps/,
  ],
  [
    "no accelerator",
    "ecc: on",
    /9:\d+: key 'accelerator' is missing: add 'accelerator: …' \(cpu, soft, tpu, gpu\)$/,
  ],
  [
    "misspelt accelerator",
    "acelerator: tpu",
    /9:\d+: unknown key 'acelerator': did you mean 'accelerator'\?$/,
  ],
  ["a word for ecc", "accelerator: gpu, ecc: yes", /9:\d+: found .*yes.*expected one of on, off/],
])("a board with a wrong %s", async (_what, board, said) => {
  const lines = (await complaint(board)).split("\n");
  expect(lines).toEqual([expect.stringMatching(said)]);
});

test.each([
  [
    "weight of 0",
    injection.replace(" }", " }").replace("stop:", "faultModel: { mix: [{ model: nan, weight: 0 }] }, stop:"),
    /campaign\.yaml:4:\d+: found 0: expected more than 0$/,
  ],
  [
    "negative weight",
    injection.replace("stop:", "faultModel: { mix: [{ model: nan, weight: -2 }] }, stop:"),
    /campaign\.yaml:4:\d+: found -2: expected more than 0$/,
  ],
  [
    "weights all 0",
    injection.replace("stop:", "faultModel: { model: multiplicity, weights: [0, 0] }, stop:"),
    /campaign\.yaml:4:\d+: give at least one weight above 0$/,
  ],
  [
    "elements",
    injection.replace("stop:", "elements: 501, stop:"),
    /campaign\.yaml:4:\d+: found 501: expected at most 500$/,
  ],
  [
    "refreshAfter",
    beamBlock.replace("stop:", "refreshAfter: errors, stop:"),
    /campaign\.yaml:4:\d+: found "errors", expected one of every, error: did you mean 'error'\?$/,
  ],
])("a block with a wrong %s", async (_what, block, said) => {
  expect(await complaint("accelerator: tpu", block)).toMatch(said);
});

test("a preset needs a beam only where one is opened", async () => {
  const board = "accelerator: tpu, device: tpu-v6e-like, ecc: off, array: { rows: 8 }";
  expect(await complaint(board)).toBe("in order");
  expect(await complaint(board, beamBlock)).toMatch(
    /campaign\.yaml:4:\d+: board 'dut' is a 'tpu-v6e-like'.*add 'beam: \{ species: proton, energyMeV: 67 \}' under its emulation$/,
  );
  expect(await complaint(board, beamBlock, { beam: "beam: { species: proton, energyMeV: 67 }" })).toBe(
    "in order",
  );
});
