import { expect, test } from "vitest";
import { bitsOfF32, f32OfBits } from "../../src/board/numbers/float-bits.ts";
import { floatFormats } from "../../src/board/numbers/float-formats.ts";
import { randomStream } from "../../src/domain/random.ts";
import { onnxGraph, onnxTypes, type OnnxType } from "./onnx-graph.ts";
import { openOnnx } from "./run-onnx.ts";

/** Conversions as ONNX Runtime's Cast does them, beside ours: a table from elsewhere over every code, and rounding of any float32. */
const formats = [
  { name: "bf16", type: "bfloat16", codes: 65536 },
  { name: "fp16", type: "float16", codes: 65536 },
  { name: "fp8", type: "float8e4m3fn", codes: 256 },
  { name: "fp8-e5m2", type: "float8e5m2", codes: 256 },
] as const satisfies readonly { name: keyof typeof floatFormats; type: OnnxType; codes: number }[];

const spelled = (values: ArrayLike<number>): number[] => Array.from(values, bitsOfF32);

test.each(formats)(
  "every code of $name is the same number to ONNX Runtime",
  async ({ name, type, codes }) => {
    const all = Array.from({ length: codes }, (_, code) => code);
    const g = onnxGraph();
    const words = g.constant(type, [codes], codes === 256 ? Uint8Array.from(all) : Uint16Array.from(all));
    const [values] = await (await openOnnx(g, [g.node("Cast", [words], { to: onnxTypes.float })]))({});
    const theirs = spelled(values as Float32Array);
    const ours = all.map((code) => bitsOfF32(floatFormats[name].from(code)));
    expect(ours).toEqual(theirs);
  },
);

/** Any words, and words half a place from a number of the format, a float32 below and above: 10, 7, 3 and 2 bits of mantissa are kept. */
function words(kept: number): Float32Array {
  const random = randomStream(29, "golden", kept);
  return Float32Array.from({ length: 40_000 }, (_, i) => {
    const sign = random.nextBelow(2) * 2 ** 31;
    const exponent = i % 4 === 0 ? random.nextBelow(255) : 100 + random.nextBelow(46);
    const tie = 2 ** (22 - kept) + random.nextBelow(3) - 1 + random.nextBelow(2 ** kept) * 2 ** (23 - kept);
    return f32OfBits(sign + exponent * 2 ** 23 + (i % 2 === 0 ? random.nextBelow(2 ** 23) : tie));
  });
}

/** Saturating; without it ONNX Runtime 1.30 rounds 464 to 496 to 448 in E4M3, and 61440 to NaN in E5M2: no judge of that. */
const conversions = [
  { name: "bf16", type: "bfloat16", kept: 7 },
  { name: "fp16", type: "float16", kept: 10 },
  { name: "fp8", type: "float8e4m3fn", kept: 3 },
  { name: "fp8-e5m2", type: "float8e5m2", kept: 2 },
] as const satisfies readonly { name: keyof typeof floatFormats; type: OnnxType; kept: number }[];

test.each(conversions)("float32 to $name is rounded as ONNX Runtime does", async ({ name, type, kept }) => {
  const values = words(kept);
  const g = onnxGraph();
  const x = g.input("x", "float", [values.length]);
  const narrow = g.node("Cast", [x], { to: onnxTypes[type] });
  const run = await openOnnx(g, [g.node("Cast", [narrow], { to: onnxTypes.float })]);
  const [theirs] = await run({ x: { type: "float32", shape: [values.length], values } });
  const differing = Array.from(values, (value, i) => ({
    value,
    ours: floatFormats[name].round(value),
    theirs: Number(theirs![i]),
  }));
  expect(differing.filter(({ ours, theirs }) => bitsOfF32(ours) !== bitsOfF32(theirs)).slice(0, 5)).toEqual(
    [],
  );
});
