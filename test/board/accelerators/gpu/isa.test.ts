import { describe, expect, test } from "vitest";
import { assemble } from "../../../../src/board/accelerators/gpu/assemble.ts";
import { decode, encode, instructions } from "../../../../src/board/accelerators/gpu/isa.ts";

const hex = (words: ArrayLike<number>): string[] =>
  Array.from(words, (word) => word.toString(16).padStart(8, "0"));

describe("words worked by hand from docs/gpu.md", () => {
  test.each([
    // opcode 43, guard 7 (always), d 5, a 4, form 0; b 1, c 5.
    ["ffma r5, r4, r1, r5", "00405743", "05000001"],
    // @!p2: guard a. form 1, 3.0 is 40400000.
    ["@!p2 fmul r1, r2, 3f", "10201a42", "40400000"],
    // form 2, c[9].
    ["ldg r255, [r1 + c[9]]", "", ""],
    ["ldg r7, [r1 + c[9]]", "20107780", "00000009"],
    ["stg [r3 - 4], r9", "10309784", "fffffffc"],
    ["imad r1, r2, -1, r3", "10201723", "03ffffff"],
    // rz is ff.
    ["mma.bf16 r8, r0, r4, rz", "00008790", "ff000004"],
    ["pxor p0, p1, !pt", "0010071c", "0f000000"],
    ["s2r r1, ctaid.y", "10001711", "00000005"],
    ["exit", "00000702", "00000000"],
  ])("%s", (text, low, high) => {
    if (low === "") expect(() => assemble(text)).toThrow("'r255' is no register");
    else expect(hex(assemble(text).words)).toEqual([low, high]);
  });

  test("labels are places counted from the origin", () => {
    const { words, labels } = assemble("a:\n nop ; first\nb:\n bra b\n mov r0, a\n", 100);
    expect([...labels]).toEqual([
      ["a", 100],
      ["b", 101],
    ]);
    expect(words[3]).toBe(101);
    expect(words[5]).toBe(100);
  });
});

test("every instruction decodes to what was encoded", () => {
  for (const { opcode, operands } of instructions) {
    const fields = {
      opcode,
      guard: 9,
      d: operands.startsWith("P") ? 3 : 33,
      a: operands.includes("Q") ? 12 : 44,
      form: operands.includes("L") || operands.includes("X") ? 1 : 0,
      b: 2,
      c: operands.includes("S") ? 5 : operands.includes("C") ? 55 : 0,
    };
    expect(decode(...encode(fields), 64)).toEqual(fields);
    const immediate = { ...fields, form: 1, b: -7 };
    if (/B|M/.test(operands)) expect(decode(...encode(immediate), 64)).toEqual(immediate);
  }
});

describe("what does not exist decodes to nothing", () => {
  const of = (text: string): number[] => [...assemble(text).words];
  test.each([
    ["opcode 0", 0, 0],
    ["form 3", of("iadd r1, r2, r3")[0]! | 0x30000000, 3],
    ["register 64 of 64", ...(of("iadd r64, r2, r3") as [number, number])],
    ["a fragment that runs over the end", ...(of("mma.bf16 r61, r0, r4, r8") as [number, number])],
    ["an immediate where a matrix is", of("mma.bf16 r60, r0, r4, r8")[0]! | 0x10000000, 0x08000004],
    ["predicate 8 written", of("setp.eq.s32 p0, r1, r2")[0]! | 0x8000, 2],
    ["constant 32", of("mov r1, c[3]")[0]!, 32],
    ["a special register beyond the last", of("s2r r1, lane")[0]!, 9],
  ])("%s", (_, low, high) => {
    expect(decode(low, high, 64)).toBeNull();
  });

  test("with more registers it does", () => {
    expect(decode(...(of("iadd r64, r2, r3") as [number, number]), 65)).not.toBeNull();
  });
});

describe("a mistake is told with its line", () => {
  test.each([
    ["nop\nfoo r1", "line 2: 'foo r1': no instruction 'foo'"],
    ["fadd r1, r2", "line 1: 'fadd r1, r2': takes 3 operands, found 2"],
    ["bra nowhere", "no label 'nowhere'"],
    ["ffma r1, r2, 1.5f, r3", "does not fit the 24 bits"],
    ["x:\nx:\nnop", "line 2: label 'x' stands twice"],
    ["ldg r1, 5", "'5' is no address"],
    ["s2r r1, lanes", "an operand does not exist"],
    ["mov r1, c[32]", "no register, immediate or constant"],
  ])("%s", (text, message) => {
    expect(() => assemble(text)).toThrow(message);
  });
});
