import type { ProgramBuilder } from "./program-builder.ts";
import type { Program, Tensor } from "./program.ts";

/**
 * A product with checksums of its rows and columns (K.-H. Huang, J. Abraham 1984): a single wrong element of C stands where a wrong row crosses a wrong column,
 * and its value follows from the others of its row.
 *
 *   a × (sums of b's rows) ─→ rows expected ────┬ off → wrong rows ──┬ exactly one of each → C[i][j] made anew, corrected
 *   c ─sums→ rows found ────────────────────────┘                    ├ none → C as it is
 *   (sums of a's columns) × b ─→ columns expected, c ─→ found, off → ┘ else → C as it is, detected
 *
 * The sums of a and b come with them, as the encoded matrices of the paper do, so a wrong word of a or b is seen too: it leaves a row of C wrong in all its columns,
 * or a column in all its rows. A lone wrong row or column counts as detected and not corrected: the paper takes the checksum itself for wrong there, but a small error
 * of a, below the threshold in all columns but one, looks the same.
 *
 * An element is cleared by `min` and `max`, which prefer a number to NaN, and then filled: nothing is ever multiplied with what may be infinite.
 */
export function checksummedGemm(
  b: ProgramBuilder,
  left: Tensor,
  right: Tensor,
  c: Tensor,
  inputs: number,
): Program {
  const { rows, columns, element } = c;
  const constant = (name: string, value: number): Tensor => b.weights(name, 1, 1, element, [value]);
  const expected =
    element === "i32" ? expectedIntegers(b, left, right, inputs) : expectedFloats(b, left, right, inputs);
  const limits = element === "i32" ? { rows: 0, columns: 0 } : roundingBounds(left, right, inputs);
  const one = constant("one", 1);
  const nothing = constant("nothing", 0);
  const huge = constant("huge", element === "i32" ? 2 ** 31 - 1 : (2 - 2 ** -23) * 2 ** 127);
  const minusHuge = constant("minus-huge", -huge.values[0]!);

  const rowsOff = b.combine("rows-off", "subtract", expected.rows, b.reduceRows("row-sums", "sum", c));
  const wrongRows = b.combine("wrong-rows", "not-within", rowsOff, constant("row-limit", limits.rows));
  const turned = b.gather(
    "c-turned",
    c,
    indexTable(b, "turned", columns, rows, (i, j) => j * columns + i),
  );
  const columnsOff = b.combine(
    "columns-off",
    "subtract",
    expected.columns,
    b.reduceRows("column-sums", "sum", turned),
  );
  const wrongColumns = b.combine(
    "wrong-columns",
    "not-within",
    columnsOff,
    constant("column-limit", limits.columns),
  );

  const [rowCount, columnCount] = [
    b.reduce("wrong-row-count", wrongRows),
    b.reduce("wrong-column-count", wrongColumns),
  ];
  const isNotOne = (name: string, count: Tensor): Tensor =>
    b.combine(name, "not-within", b.combine(name, "subtract", count, one), nothing);
  const several = b.combine(
    "several",
    "max",
    isNotOne("not-one-row", rowCount),
    isNotOne("not-one-column", columnCount),
  );
  const single = b.combine("single", "subtract", one, several);
  const any = b.combine("any", "min", b.combine("any", "add", rowCount, columnCount), one);
  const detected = b.combine("detected", "subtract", any, single);

  // 1 at the element to be made anew, 0 at all others.
  const acrossColumns = b.gather(
    "wrong-columns-row",
    wrongColumns,
    indexTable(b, "as-row", 1, columns, (_, j) => j),
  );
  const chosen = [wrongRows, single].reduce(
    (found, factor) => b.combine("chosen", "multiply", found, factor),
    b.combine("chosen", "add", b.scratch("zeros", rows, columns, element), acrossColumns),
  );
  const others = b.combine("others", "subtract", chosen, one);
  const most = b.combine("most", "multiply", others, minusHuge);
  const least = b.combine("least", "multiply", others, huge);
  const cleared = b.combine("cleared", "max", b.combine("cleared", "min", c, most), least);

  // Of the one wrong row what its other elements leave; of all others 0.
  const rest = b.combine("missing", "subtract", expected.rows, b.reduceRows("cleared-sums", "sum", cleared));
  const chosenRow = b.combine("chosen-row", "multiply", wrongRows, single);
  const above = b.combine("missing", "min", rest, b.combine("missing-most", "multiply", chosenRow, huge));
  const missing = b.combine(
    "missing",
    "max",
    above,
    b.combine("missing-least", "multiply", chosenRow, minusHuge),
  );
  const filled = b.combine("filled", "add", cleared, b.combine("chosen", "multiply", chosen, missing));

  const flags = b.scratch("flags", 2, 1, "i32");
  b.place(b.copy("detected-flag", detected, "i32"), flags, 0);
  b.place(b.copy("corrected-flag", single, "i32"), flags, 1);
  return b.finish(filled, { tensor: flags, detector: "checksum" });
}

interface Expected {
  /** Columns both: of the rows of C, and of its columns. */
  readonly rows: Tensor;
  readonly columns: Tensor;
}

function expectedFloats(b: ProgramBuilder, left: Tensor, right: Tensor, inputs: number): Expected {
  const sums = sumsOf(left, right, inputs);
  const rightSums = b.weights("b-sums", right.rows, 1, "f32", sums.ofRight.map(Math.fround));
  const leftSums = b.inputs("a-sums", 1, left.columns, "f32", sums.ofLeft.map(Math.fround));
  const row = b.matmul("columns-expected-row", leftSums, right);
  const turned = indexTable(b, "as-column", right.columns, 1, (i) => i);
  return {
    rows: b.matmul("rows-expected", left, rightSums),
    columns: b.gather("columns-expected", row, turned),
  };
}

/** Sums of int8 need more bits than int8 has: they are carried as two int8, high·256 + low, and put together after the product. Exact, modulo 2^32. */
function expectedIntegers(b: ProgramBuilder, left: Tensor, right: Tensor, inputs: number): Expected {
  const sums = sumsOf(left, right, inputs);
  const low = (sum: number): number => ((sum + 128) & 255) - 128;
  const high = (sum: number): number => (sum - low(sum)) / 256;
  const rightSums = b.weights(
    "b-sums",
    right.rows,
    2,
    "i8",
    sums.ofRight.flatMap((sum) => [high(sum), low(sum)]),
  );
  const leftValues: number[] = [];
  for (let input = 0; input < inputs; input++) {
    const its = sums.ofLeft.slice(input * left.columns, (input + 1) * left.columns);
    leftValues.push(...its.map(high), ...its.map(low));
  }
  const leftSums = b.inputs("a-sums", 2, left.columns, "i8", leftValues);
  const parts = b.weights("parts", 1, 2, "i32", [256, 1]);
  const together = (name: string, halves: Tensor): Tensor =>
    b.reduceRows(name, "sum", b.combine(halves.name, "multiply", halves, parts));
  const halves = b.matmul("columns-expected-rows", leftSums, right);
  const turned = indexTable(b, "halves-turned", right.columns, 2, (i, j) => j * right.columns + i);
  return {
    rows: together("rows-expected", b.matmul("rows-expected-halves", left, rightSums)),
    columns: together("columns-expected", b.gather("columns-expected-halves", halves, turned)),
  };
}

/** Of each row of `right`; of each column of `left`, input after input. */
function sumsOf(
  left: Tensor,
  right: Tensor,
  inputs: number,
  of = (x: number): number => x,
): { ofLeft: number[]; ofRight: number[] } {
  const ofRight = Array.from({ length: right.rows }, () => 0);
  for (let i = 0; i < right.values.length; i++)
    ofRight[Math.floor(i / right.columns)]! += of(right.values[i]!);
  const ofLeft = Array.from({ length: inputs * left.columns }, () => 0);
  const count = left.rows * left.columns;
  for (let i = 0; i < left.values.length; i++)
    ofLeft[Math.floor(i / count) * left.columns + (i % left.columns)]! += of(left.values[i]!);
  return { ofLeft, ofRight };
}

/**
 * How far two float sums of one row, or of one column, can lie apart without an error: 2·γ(K + N)·Σ|a||b|, γ(n) = n·u / (1 - n·u), u = 2^-24 (N. Higham 2002, §3.1 and §3.5,
 * true of every order of summation). One of them has K roundings a term in the product and N - 1 in the sum, the other one in the checksum of the operand and K in
 * the product. The largest over all rows (columns) and inputs: one threshold, no false alarm, and errors below it are small beside the elements.
 */
export function roundingBounds(
  left: Tensor,
  right: Tensor,
  inputs: number,
): { rows: number; columns: number } {
  const bound = (terms: number): number => (2 * terms * 2 ** -24) / (1 - terms * 2 ** -24);
  const { ofLeft, ofRight } = sumsOf(left, right, inputs, Math.abs);
  const depth = left.columns;
  let [mostRow, mostColumn] = [0, 0];
  for (let row = 0; row < inputs * left.rows; row++) {
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += Math.abs(left.values[row * depth + k]!) * ofRight[k]!;
    mostRow = Math.max(mostRow, sum);
  }
  for (let input = 0; input < inputs; input++)
    for (let column = 0; column < right.columns; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++)
        sum += ofLeft[input * depth + k]! * Math.abs(right.values[k * right.columns + column]!);
      mostColumn = Math.max(mostColumn, sum);
    }
  return {
    rows: Math.fround(bound(depth + right.columns) * mostRow),
    columns: Math.fround(bound(depth + left.rows) * mostColumn),
  };
}

function indexTable(
  b: ProgramBuilder,
  name: string,
  rows: number,
  columns: number,
  at: (i: number, j: number) => number,
): Tensor {
  return b.weights(
    `index-${name}`,
    rows,
    columns,
    "i32",
    Int32Array.from({ length: rows * columns }, (_, k) => at(Math.floor(k / columns), k % columns)),
  );
}
