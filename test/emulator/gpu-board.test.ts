import { expect, test } from "vitest";
import { worldSchema } from "../../src/emulator/world-schema.ts";
import { gpuAccelerator } from "../../src/board/accelerators/gpu/gpu.ts";

const board = (keys: object): ReturnType<typeof worldSchema.safeParse> =>
  worldSchema.safeParse({ boards: { g: { accelerator: "gpu", ...keys } } });

test("a board says accelerator: gpu, with or without ECC, its sizes and its tiling", () => {
  const { data } = board({});
  expect(data!.boards["g"]).toMatchObject({ ecc: "on", gpu: { tiling: {} } });
  expect(board({ ecc: "off", gpu: { sms: 4, l2Lines: 512, tiling: { blockRows: 64 } } }).success).toBe(true);
});

test("what does not fit is told with its place", () => {
  const at = (keys: object): unknown =>
    board(keys).error?.issues.map(({ path, message }) => [path.join("."), message]);
  expect(at({ gpu: { l2Lines: 6 } })).toEqual([
    ["boards.g.gpu.l2Lines", expect.stringContaining("multiple of 4")],
  ]);
  expect(at({ gpu: { tiling: { blockRows: 24 } } })).toEqual([
    ["boards.g.gpu.tiling", "blockRows is 24; it must be a power of two, 256 at most"],
  ]);
  expect(at({ gpu: { warps: 4, tiling: { blockRows: 128, blockColumns: 128 } } })).toEqual([
    ["boards.g.gpu.tiling", expect.stringContaining("warps; the device has 1 to 4")],
  ]);
});

test("it offers every program, and with other sizes computes the same", () => {
  const outputs = [{}, { sms: 1, warps: 4, l2Lines: 32 }].map((sizes) => {
    const accelerator = gpuAccelerator({ ecc: true, sizes });
    const loaded = accelerator.load("gemm-i8", 1)!;
    expect(loaded.outputAxes).toEqual([
      { name: "row", size: 64 },
      { name: "column", size: 64 },
    ]);
    const execution = loaded.start(0, []);
    expect(execution.advance(1e7)).toBe("ok");
    return [execution.output, execution.cycles] as const;
  });
  expect(outputs[0]![0]).toEqual(outputs[1]![0]);
  expect(outputs[0]![1]).toBeLessThan(outputs[1]![1]);
});
