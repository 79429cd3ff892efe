import { describe, expect, test } from "vitest";
import { randomStream } from "../../../../src/domain/random.ts";
import { binary32, exactOf, plus, rounded, times } from "../../numbers/exact.ts";
import { accumulator, eightBits, packed, sixteenBits, tf32 } from "./fragments.ts";
import type { Fragments } from "./fragments.ts";
import { machineOf, runOn, wordAt } from "./small-gpu.ts";
import type { At } from "./small-gpu.ts";

const view = new DataView(new ArrayBuffer(4));
const float = (word: number): number => {
  view.setUint32(0, word);
  return view.getFloat32(0);
};
const bits = (value: number): number => {
  view.setFloat32(0, value);
  return view.getUint32(0);
};

/** A code's value by the definition of its format: sign, exponent, fraction. */
const small =
  (exponentBits: number, fractionBits: number) =>
  (code: number): number => {
    const bias = 2 ** (exponentBits - 1) - 1;
    const fraction = code % 2 ** fractionBits;
    const exponent = Math.floor(code / 2 ** fractionBits) % 2 ** exponentBits;
    const sign = code >= 2 ** (exponentBits + fractionBits) ? -1 : 1;
    return exponent === 0
      ? sign * fraction * 2 ** (1 - bias - fractionBits)
      : sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
  };

interface Case {
  readonly mnemonic: string;
  readonly shape: Fragments;
  readonly value: (code: number) => number;
  /** Codes of finite numbers, not too far from one another. */
  readonly draw: (below: (n: number) => number) => number;
  readonly integer?: true;
}

const cases: readonly Case[] = [
  {
    mnemonic: "mma.bf16",
    shape: sixteenBits,
    value: small(8, 7),
    draw: (below) => below(2) * 0x8000 + (115 + below(24)) * 128 + below(128),
  },
  {
    mnemonic: "mma.f16",
    shape: sixteenBits,
    value: small(5, 10),
    draw: (below) => below(2) * 0x8000 + below(31) * 1024 + below(1024),
  },
  {
    mnemonic: "mma.tf32",
    shape: tf32,
    // The low 13 bits are no part of the number.
    value: (code) => float((code & 0xffffe000) >>> 0),
    draw: (below) => below(2) * 2 ** 31 + (110 + below(30)) * 2 ** 23 + below(2 ** 23),
  },
  {
    mnemonic: "mma.e4m3",
    shape: eightBits,
    value: small(4, 3),
    draw: (below) => below(2) * 0x80 + below(0x7f),
  },
  {
    mnemonic: "mma.s8",
    shape: eightBits,
    value: (code) => (code >= 128 ? code - 256 : code),
    draw: (below) => below(256),
    integer: true,
  },
];

const text = (mnemonic: string): string => `
  s2r r0, lane
  shl r0, r0, 2
  iadd r1, r0, c[8]
  ${[4, 5, 6, 7, 8, 9, 12, 13, 14, 15].map((r, at) => `ldg r${r}, [r1 + ${at * 128}]`).join("\n")}
  ${mnemonic} r16, r4, r8, r12
  iadd r1, r0, c[9]
  ${[16, 17, 18, 19].map((r, at) => `stg [r1 + ${at * 128}], r${r}`).join("\n")}
  exit`;
/** The front end takes cycle 0, the first instruction is issued in cycle 1. */
const issued = 1 + 13;

function setUp({ mnemonic, shape, draw, integer }: Case, seed: number) {
  const random = randomStream(seed, mnemonic);
  const below = (n: number): number => random.nextBelow(n);
  const codes = (count: number): number[] => Array.from({ length: count }, () => draw(below));
  const a = codes(16 * shape.k);
  const b = codes(shape.k * 8);
  const c = Array.from({ length: 128 }, () =>
    integer ? below(2 ** 32) : bits((below(2 ** 24) - 2 ** 23) * 2 ** (below(20) - 20)),
  );
  const words = [
    packed(shape.aElements, shape.bits, shape.a, (row, k) => a[row * shape.k + k]!),
    packed(shape.bElements, shape.bits, shape.b, (k, column) => b[k * 8 + column]!),
    packed(4, 32, accumulator, (row, column) => c[row * 8 + column]!),
  ];
  return { a, b, c, data: words.flatMap((part) => [...part]) };
}

/** D by exact sums in the order of docs/gpu.md; `a`, `b` and `c` are asked for anew at each k. */
function product(
  { shape, value, integer }: Case,
  a: (row: number, k: number) => number,
  b: (k: number, column: number) => number,
  c: (row: number, column: number, k: number, sum: number) => number,
): Uint32Array {
  return packed(4, 32, accumulator, (row, column) => {
    let sum = 0;
    for (let k = 0; k < shape.k; k++) {
      sum = c(row, column, k, sum);
      const [x, y] = [value(a(row, k)), value(b(k, column))];
      if (integer) sum = Number(BigInt.asUintN(32, BigInt(sum) + BigInt(x * y)));
      else sum = bits(rounded(plus(times(exactOf(x), exactOf(y)), exactOf(float(sum))), binary32));
    }
    return sum;
  });
}

describe.each(cases)("$mnemonic", (which) => {
  const { shape } = which;
  const { a, b, c, data } = setUp(which, 1);
  const machine = machineOf({ text: text(which.mnemonic), data, out: 128 });
  const golden = product(
    which,
    (row, k) => a[row * shape.k + k]!,
    (k, column) => b[k * 8 + column]!,
    (row, column, k, sum) => (k === 0 ? c[row * 8 + column]! : sum),
  );

  test("is what exact sums in the stated order give, in the published layout", () => {
    const { end, output, cycles } = runOn(machine);
    expect(end).toBe("ok");
    expect(output).toEqual([...golden]);
    // Cycle 0, 13 instructions, 4 cycles of the matrix instruction, 6 more, the end of the launch and of the queue.
    expect(cycles).toBe(1 + 13 + 4 + 6 + 2);
  });

  test("a strike on an operand in the latch reaches the quarters of k that are still to come", () => {
    const quarter = shape.k / 4;
    for (let after = 0; after <= 5; after++) {
      const done = Math.max(0, after - 1) * quarter;
      const strikes: readonly [
        At["word"],
        (row: number, k: number) => number,
        (k: number, column: number) => number,
      ][] = [
        [
          wordAt(machine, "tensor-operands", 0, 1, 13),
          // Register 1 of A, lane 13, bit 3: row 11, the first k of thread 1.
          (row, k) =>
            a[row * shape.k + k]! ^
            (row === 11 && k === shape.a(13, 32 / shape.bits)[1] && k >= done ? 8 : 0),
          (k, column) => b[k * 8 + column]!,
        ],
        [
          wordAt(machine, "tensor-operands", 0, 5, 30),
          (row, k) => a[row * shape.k + k]!,
          (k, column) =>
            b[k * 8 + column]! ^ (column === 7 && k === shape.b(30, 32 / shape.bits)[0] && k >= done ? 8 : 0),
        ],
      ];
      for (const [word, struckA, struckB] of strikes) {
        const expected = product(which, struckA, struckB, (row, column, k, sum) =>
          k === 0 ? c[row * 8 + column]! : sum,
        );
        const { output } = runOn(machine, [
          { cycle: issued + after, target: "tensor-operands", word, mask: 8 },
        ]);
        // Before it is issued, the latch is written over; afterwards nobody reads it.
        const seen = after === 0 || after === 5 ? golden : expected;
        expect(output, `${after} cycles after`).toEqual([...seen]);
      }
    }
  });

  test("a strike on an accumulator is there from its cycle on", () => {
    const quarter = shape.k / 4;
    for (let after = 1; after <= 4; after++) {
      const [row, column] = accumulator(9, 2);
      const expected = product(
        which,
        (r, k) => a[r * shape.k + k]!,
        (k, col) => b[k * 8 + col]!,
        (r, col, k, sum) => {
          const now = k === 0 ? c[r * 8 + col]! : sum;
          return r === row && col === column && k === (after - 1) * quarter ? (now ^ 0x400000) >>> 0 : now;
        },
      );
      const word = wordAt(machine, "tensor-operands", 0, 6 + 2, 9);
      const { output } = runOn(machine, [
        { cycle: issued + after, target: "tensor-operands", word, mask: 0x400000 },
      ]);
      expect(output).toEqual([...expected]);
    }
  });
});

test("D is written when the last quarter is done, over what struck the registers meanwhile; A is not read again", () => {
  const which = cases[0]!;
  const { data } = setUp(which, 2);
  const machine = machineOf({ text: text(which.mnemonic), data, out: 128 });
  const golden = runOn(machine).output;
  for (const register of [4, 8, 12, 16]) {
    const word = wordAt(machine, "registers", 0, 0, register, 3);
    const { output } = runOn(machine, [{ cycle: issued + 2, target: "registers", word, mask: 0x40000000 }]);
    expect(output).toEqual(golden);
  }
  const word = wordAt(machine, "registers", 0, 0, 16, 3);
  const late = runOn(machine, [{ cycle: issued + 5, target: "registers", word, mask: 0x40000000 }]).output;
  expect(late.flatMap((value, at) => (value === golden[at] ? [] : [at]))).toEqual([3]);
});

test("rz as C is a matrix of zeros", () => {
  const which = cases[4]!;
  const { a, b, data } = setUp(which, 3);
  const machine = machineOf({ text: text("mma.s8").replace("r8, r12", "r8, rz"), data, out: 128 });
  const expected = product(
    which,
    (row, k) => a[row * 32 + k]!,
    (k, column) => b[k * 8 + column]!,
    (_row, _column, k, sum) => (k === 0 ? 0 : sum),
  );
  expect(runOn(machine).output).toEqual([...expected]);
});

test("the tensor core's own control is executed: another warp, another register, a quarter again, nonsense", () => {
  const which = cases[4]!;
  const { data } = setUp(which, 4);
  const machine = machineOf({ text: text(which.mnemonic), data, out: 128 });
  const golden = runOn(machine).output;
  const strike = (field: number, mask: number, after = 2): ReturnType<typeof runOn> =>
    runOn(machine, [{ cycle: issued + after, target: "tensor-control", word: field, mask }], 500);
  // Opcode 94 becomes 84, a store: no matrix instruction.
  expect(strike(0, 0x10).end).toBe("trap");
  // Warp 0 becomes 1: that one gets D and is made ready without ever having been dispatched; warp 0 waits for ever.
  expect(strike(1, 1).end).not.toBe("ok");
  // Register 16 becomes 17: r16 keeps 0, and every row is one register further.
  expect(strike(2, 1).output.slice(32, 96)).toEqual(golden.slice(0, 64));
  // Quarter 1 becomes 0: it is added twice.
  expect(strike(3, 1)).toMatchObject({ end: "ok", cycles: 1 + 13 + 5 + 6 + 2 });
  expect(strike(3, 4).end).toBe("trap");
  // It wakes up with an opcode while nothing runs in it.
  expect(runOn(machine, [{ cycle: 3, target: "tensor-control", word: 0, mask: 0x01 }]).end).toBe("trap");
});
