import type { Step } from "../../workloads/program.ts";
import { wordsOfRow } from "./element-formats.ts";
import { blocks, counters, operands, setAddress, transfer } from "./lowering.ts";
import type { Lowering } from "./lowering.ts";
import type { Placed } from "./tensor-layout.ts";
import { combineOps, mapOps, reduceOps } from "./vector-math.ts";

type Of<D extends Step["do"]> = Extract<Step, { readonly do: D }>;

/** Parts of the buffer for two operands and a result. */
const partWords = 10_240;
const [partA, partB, partOut] = [0, partWords, 2 * partWords];
/** A row reduction takes long rows and gives short columns. */
const rowWordsMost = 24_576;
/** Scalars that walk through HBM. */
const walk = { a: 16, b: 17, out: 18 } as const;

/** A piece of a matrix that fits the buffer, and how often it comes again further on. */
interface Strip {
  readonly times: number;
  readonly rows: number;
  readonly columns: number;
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly stepRows: number;
  readonly stepColumns: number;
}

/** Strips of rows; where one row is too long, of columns. `size`: bytes of the widest element. */
function stripsOf(rows: number, columns: number, size: number, most = partWords): readonly Strip[] {
  const rowWords = wordsOfRow(columns, size);
  const strips: Strip[] = [];
  const strip = (times: number, at: Omit<Strip, "times">): void => {
    if (times > 0 && at.rows > 0 && at.columns > 0) strips.push({ times, ...at });
  };
  if (rowWords <= most) {
    const height = Math.min(rows, Math.floor(most / rowWords));
    const full = Math.floor(rows / height);
    const step = { stepRows: height, stepColumns: 0, firstColumn: 0, columns };
    strip(full, { ...step, rows: height, firstRow: 0 });
    strip(1, { ...step, rows: rows % height, firstRow: full * height });
    return strips;
  }
  const width = Math.floor((most * 4) / size / 32) * 32;
  const full = Math.floor(columns / width);
  for (let row = 0; row < rows; row++) {
    const step = { rows: 1, firstRow: row, stepRows: 0, stepColumns: width };
    strip(full, { ...step, columns: width, firstColumn: 0 });
    strip(1, { ...step, columns: columns % width, firstColumn: full * width });
  }
  return strips;
}

/** How a tensor goes along with the strips of a matrix: `row`, `column`, `element` stand for all. */
type Along = "whole" | "row" | "column" | "element";

function wordsAlong(place: Placed, rowWords: number, along: Along, rows: number, columns: number): number {
  const down = along === "whole" || along === "column" ? rows * rowWords : 0;
  const across = along === "whole" || along === "row" ? (columns * place.size) / 4 : 0;
  return down + across;
}

interface Operand {
  readonly place: Placed;
  readonly scalar: number;
  readonly along: Along;
  /** Words of a row, as the strips see the matrix. */
  readonly rowWords: number;
}

/** For each strip: `body`, with the scalars of the operands at its beginning; they walk on by themselves. */
function overStrips(
  lowering: Lowering,
  strips: readonly Strip[],
  operandsOf: readonly Operand[],
  body: (strip: Strip) => void,
): void {
  const { asm } = lowering;
  for (const strip of strips) {
    const words = ({ place, rowWords, along }: Operand, rows: number, columns: number): number =>
      wordsAlong(place, rowWords, along, rows, columns);
    for (const operand of operandsOf)
      setAddress(lowering, operand.scalar, operand.place, words(operand, strip.firstRow, strip.firstColumn));
    asm.loop(counters.inner, strip.times, () => {
      body(strip);
      if (strip.times === 1) return;
      for (const operand of operandsOf) {
        const step = words(operand, strip.stepRows, strip.stepColumns);
        if (step !== 0) asm.add(operand.scalar, operand.scalar, step);
      }
    });
  }
}

/** As one long row where the elements of all of them lie without gaps. */
function shapeOf(places: readonly Placed[]): { readonly rows: number; readonly columns: number } {
  const { rows, columns } = places[0]!.tensor;
  return places.every(({ dense }) => dense) ? { rows: 1, columns: rows * columns } : { rows, columns };
}

const rowWordsOf = (place: Placed, columns: number): number => wordsOfRow(columns, place.size);

function lowerUnary(
  lowering: Lowering,
  from: string,
  into: string,
  emit: (strip: Strip, strides: readonly [number, number]) => void,
): void {
  const [a, out] = [lowering.placed(from), lowering.placed(into)];
  const { rows, columns } = shapeOf([a, out]);
  const strips = stripsOf(rows, columns, Math.max(a.size, out.size));
  const along = { along: "whole" } as const;
  const operandsOf = [
    { place: a, scalar: walk.a, rowWords: rowWordsOf(a, columns), ...along },
    { place: out, scalar: walk.out, rowWords: rowWordsOf(out, columns), ...along },
  ];
  overStrips(lowering, strips, operandsOf, (strip) => {
    const [wordsA, wordsOut] = [rowWordsOf(a, strip.columns), rowWordsOf(out, strip.columns)];
    const rowsOf = { rows: strip.rows };
    transfer(lowering, "DMAIN", walk.a, {
      ub: partA,
      words: wordsA,
      hbmStride: rowWordsOf(a, columns),
      ...rowsOf,
    });
    emit(strip, [wordsA, wordsOut]);
    transfer(lowering, "DMAOUT", walk.out, {
      ub: partOut,
      words: wordsOut,
      hbmStride: rowWordsOf(out, columns),
      ...rowsOf,
    });
  });
}

export function lowerMap(lowering: Lowering, { op, from, into }: Of<"map">): void {
  const [fa, fo] = [lowering.placed(from).format, lowering.placed(into).format];
  lowerUnary(lowering, from, into, ({ rows, columns }, [a, out]) => {
    operands(lowering.asm, blocks.vector, [partA, a, partOut, out, rows, columns]);
    lowering.asm.emit("MAP", { d: blocks.vector, op: mapOps.indexOf(op), fa, fo });
  });
}

export function lowerRequantize(
  lowering: Lowering,
  { from, into, multiplier, shift, least }: Of<"requantize">,
): void {
  lowerUnary(lowering, from, into, ({ rows, columns }, [a, out]) => {
    operands(lowering.asm, blocks.vector, [partA, a, partOut, out, rows, columns, multiplier, shift]);
    lowering.asm.emit("REQUANT", { d: blocks.vector, flags: least === 0 ? 0 : 1 });
  });
}

export function lowerCombine(lowering: Lowering, step: Of<"combine">): void {
  const { asm } = lowering;
  const [a, b, out] = [lowering.placed(step.a), lowering.placed(step.b), lowering.placed(step.into)];
  const along = alongOf(a, b);
  const flat = along === "whole" || along === "element";
  const { rows, columns } = flat ? shapeOf([a]) : a.tensor;
  const operandsOf = [
    { place: a, scalar: walk.a, along: "whole", rowWords: columns },
    { place: b, scalar: walk.b, along, rowWords: along === "column" ? 1 : columns },
    { place: out, scalar: walk.out, along: "whole", rowWords: columns },
  ] as const;
  overStrips(lowering, stripsOf(rows, columns, 4), operandsOf, (strip) => {
    const whole = { rows: strip.rows, words: strip.columns, hbmStride: columns };
    transfer(lowering, "DMAIN", walk.a, { ub: partA, ...whole });
    const ofB = {
      whole,
      row: { rows: 1, words: strip.columns },
      column: { rows: 1, words: strip.rows },
      element: { rows: 1, words: 1 },
    }[along];
    transfer(lowering, "DMAIN", walk.b, { ub: partB, ...ofB });
    const strideB = { whole: strip.columns, row: 0, column: 1, element: 0 }[along];
    operands(asm, blocks.vector, [partA, strip.columns, partB, strideB, partOut, strip.columns]);
    operands(asm, blocks.vector + 6, [strip.rows, strip.columns]);
    const flags = along === "column" || along === "element" ? 1 : 0;
    const formats = { fa: a.format, fb: b.format, fo: out.format };
    asm.emit("COMBINE", { d: blocks.vector, op: combineOps.indexOf(step.op), ...formats, flags });
    transfer(lowering, "DMAOUT", walk.out, { ub: partOut, ...whole });
  });
}

function alongOf({ tensor: a }: Placed, { tensor: b }: Placed): Along {
  if (b.rows === a.rows && b.columns === a.columns) return "whole";
  if (b.columns === 1) return b.rows === 1 ? "element" : "column";
  return "row";
}

export function lowerReduceRows(lowering: Lowering, { op, from, into }: Of<"reduce-rows">): void {
  const { asm } = lowering;
  const [a, out] = [lowering.placed(from), lowering.placed(into)];
  const { rows, columns } = a.tensor;
  if (a.rowWords > rowWordsMost)
    throw new Error(
      `program ${lowering.programName}: a row of "${from}" has ${a.rowWords} words, the buffer takes ${rowWordsMost}; make its columns fewer`,
    );
  const strips = stripsOf(rows, columns, a.size, rowWordsMost);
  // No more results than there is room for.
  const room = 8_192;
  const fitting = strips.every((strip) => strip.rows <= room)
    ? strips
    : stripsOf(rows, columns, a.size, room);
  const operandsOf = [
    { place: a, scalar: walk.a, along: "whole", rowWords: a.rowWords },
    { place: out, scalar: walk.out, along: "column", rowWords: 1 },
  ] as const;
  overStrips(lowering, fitting, operandsOf, (strip) => {
    transfer(lowering, "DMAIN", walk.a, { ub: 0, rows: 1, words: strip.rows * a.rowWords });
    operands(asm, blocks.vector, [0, a.rowWords, rowWordsMost, 1, strip.rows, columns]);
    asm.emit("REDUCE", { d: blocks.vector, op: reduceOps.indexOf(op), fa: a.format, fo: out.format });
    transfer(lowering, "DMAOUT", walk.out, { ub: rowWordsMost, rows: 1, words: strip.rows });
  });
}

export function lowerGather(lowering: Lowering, { from, index, into }: Of<"gather">): void {
  const { asm } = lowering;
  const [source, list, out] = [lowering.placed(from), lowering.placed(index), lowering.placed(into)];
  const { rows, columns } = shapeOf([out]);
  const operandsOf = [
    { place: list, scalar: walk.a, along: "whole", rowWords: columns },
    { place: out, scalar: walk.out, along: "whole", rowWords: rowWordsOf(out, columns) },
  ] as const;
  overStrips(lowering, stripsOf(rows, columns, 4), operandsOf, (strip) => {
    const words = rowWordsOf(out, strip.columns);
    const shape = { rows: strip.rows };
    transfer(lowering, "DMAIN", walk.a, { ub: partA, words: strip.columns, hbmStride: columns, ...shape });
    setAddress(lowering, blocks.vector, source);
    const { tensor, rowWords } = source;
    operands(asm, blocks.vector + 1, [tensor.columns, rowWords, tensor.rows * tensor.columns]);
    operands(asm, blocks.vector + 4, [partA, strip.columns, partOut, words, strip.rows, strip.columns]);
    asm.emit("GATHER", { d: blocks.vector, fa: source.format });
    const hbmStride = rowWordsOf(out, columns);
    transfer(lowering, "DMAOUT", walk.out, { ub: partOut, words, hbmStride, ...shape });
  });
}

/** Words as they are: `from` into rows of `into`. */
export function lowerPlace(lowering: Lowering, { from, into, row }: Of<"place">): void {
  const { asm } = lowering;
  const [source, sink] = [lowering.placed(from), lowering.placed(into)];
  setAddress(lowering, walk.a, source);
  setAddress(lowering, walk.out, sink, row * sink.rowWords);
  const piece = (words: number): void => {
    transfer(lowering, "DMAIN", walk.a, { ub: 0, rows: 1, words });
    transfer(lowering, "DMAOUT", walk.out, { ub: 0, rows: 1, words });
    asm.add(walk.a, walk.a, words);
    asm.add(walk.out, walk.out, words);
  };
  asm.loop(counters.inner, Math.floor(source.words / rowWordsMost), () => piece(rowWordsMost));
  if (source.words % rowWordsMost > 0) piece(source.words % rowWordsMost);
}
