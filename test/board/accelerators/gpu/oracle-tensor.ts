import { accumulator, eightBits, sixteenBits, tf32 } from "./fragments.ts";
import { floatOf, wordOf } from "./oracle-lanes.ts";
import { setState, Trap } from "./oracle-state.ts";
import type { OracleState } from "./oracle-state.ts";

/** The tensor core of the slow interpreter: docs/gpu.md, "Matrices". */
const shapes: Readonly<
  Record<number, { readonly of: typeof sixteenBits; readonly value: (code: number) => number }>
> = {
  0x90: { of: sixteenBits, value: (code) => floatOf(code * 65536) },
  0x94: { of: eightBits, value: (code) => (code > 127 ? code - 256 : code) },
  0x92: { of: tf32, value: (code) => floatOf(code - (code % 8192)) },
};

export function tensorStep(s: OracleState, sm: number): void {
  const [opcode, warp, d, quarter] = [0, 1, 2, 3].map((field) => s.get("tensor-control", sm, field)) as [
    number,
    number,
    number,
    number,
  ];
  if (![0x90, 0x91, 0x92, 0x93, 0x94].includes(opcode) || warp >= s.sizes.warps || quarter > 3)
    throw new Trap();
  if (d !== 255 && d + 4 > s.sizes.registers) throw new Trap();
  const shape = shapes[opcode];
  if (shape === undefined) throw new RangeError("fp16 and fp8 are not in the kernel");
  const { of, value } = shape;
  const perRegister = 32 / of.bits;
  const operand = (first: number, elements: number, place: typeof of.a): Map<number, number> => {
    const found = new Map<number, number>();
    for (let lane = 0; lane < 32; lane++)
      for (let i = 0; i < elements; i++) {
        const word = s.get("tensor-operands", sm, first + Math.floor(i / perRegister), lane);
        const code = Math.floor(word / 2 ** (of.bits * (i % perRegister))) % 2 ** of.bits;
        const [one, other] = place(lane, i);
        found.set(one * 64 + other, value(code));
      }
    return found;
  };
  const a = operand(0, of.aElements, of.a);
  const b = operand(4, of.bElements, of.b);
  for (let lane = 0; lane < 32; lane++)
    for (let i = 0; i < 4; i++) {
      const [row, column] = accumulator(lane, i);
      let sum = s.get("tensor-operands", sm, 6 + i, lane);
      for (let k = (quarter * of.k) / 4; k < ((quarter + 1) * of.k) / 4; k++) {
        const p = a.get(row * 64 + k)! * b.get(k * 64 + column)!;
        sum = opcode === 0x94 ? (sum + p + 2 ** 32) % 2 ** 32 : wordOf(Math.fround(p + floatOf(sum)));
      }
      s.set("tensor-operands", [sm, 6 + i, lane], sum);
    }
  s.set("tensor-control", [sm, 3], quarter + 1);
  if (quarter < 3) return;
  for (let i = 0; i < 4 && d !== 255; i++)
    for (let lane = 0; lane < 32; lane++)
      s.set("registers", [sm, warp, d + i, lane], s.get("tensor-operands", sm, 6 + i, lane));
  setState(s, sm, warp, 1);
  for (let field = 0; field < 4; field++) s.set("tensor-control", [sm, field], 0);
}
