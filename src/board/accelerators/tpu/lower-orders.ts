import type { Pattern, Step } from "../../workloads/program.ts";
import { blocks, counters, operands, setAddress, transfer, vectorInstruction } from "./lowering.ts";
import type { Lowering } from "./lowering.ts";
import { bufferWords } from "./tpu-state.ts";
import { combineOps, mapOps } from "./vector-math.ts";

type Of<D extends Step["do"]> = Extract<Step, { readonly do: D }>;

/** Elements that are worked on at once. */
const pieceWords = 8_192;
const walk = { from: 16, into: 17 } as const;
const add = combineOps.indexOf("add");
const copy = mapOps.indexOf("copy");

/** s[a …] + s[b …] → out …, `count` elements of one format. */
function addRows(
  lowering: Lowering,
  format: number,
  [a, b, out, count]: readonly [number, number, number, number],
  isColumn = false,
): void {
  const fields = { op: add, fa: format, fb: format, fo: format, flags: isColumn ? 1 : 0 };
  vectorInstruction(lowering, "COMBINE", [a, 0, b, 0, out, 0, 1, count], fields);
}

function copyRow(lowering: Lowering, format: number, from: number, out: number, count: number): void {
  vectorInstruction(lowering, "MAP", [from, 0, out, 0, 1, count], { op: copy, fa: format, fo: format });
}

/** A tree: pieces onto the first one, then half onto half. */
export function lowerReduce(lowering: Lowering, { from, into }: Of<"reduce">): void {
  const { asm } = lowering;
  const [source, sink] = [lowering.placed(from), lowering.placed(into)];
  const count = source.words;
  setAddress(lowering, walk.from, source);
  const first = Math.min(count, pieceWords);
  transfer(lowering, "DMAIN", walk.from, { ub: 0, rows: 1, words: first });
  const more = (words: number): void => {
    asm.add(walk.from, walk.from, pieceWords);
    transfer(lowering, "DMAIN", walk.from, { ub: pieceWords, rows: 1, words });
    addRows(lowering, source.format, [0, pieceWords, 0, words]);
  };
  asm.loop(counters.inner, Math.floor((count - first) / pieceWords), () => more(pieceWords));
  if ((count - first) % pieceWords > 0) more((count - first) % pieceWords);
  for (let left = first; left > 1; left = Math.ceil(left / 2)) {
    const half = Math.ceil(left / 2);
    addRows(lowering, source.format, [0, half, 0, left - half]);
  }
  setAddress(lowering, walk.into, sink);
  transfer(lowering, "DMAOUT", walk.into, { ub: 0, rows: 1, words: 1 });
}

/** Inclusive prefix sums in log₂ n passes (W. D. Hillis, G. L. Steele 1986), piece by piece, what came before added to each. */
export function lowerScan(lowering: Lowering, { from, into }: Of<"scan">): void {
  const [source, sink] = [lowering.placed(from), lowering.placed(into)];
  const { format, words: count } = source;
  const [partX, partY, carry] = [0, pieceWords, 2 * pieceWords];
  for (let start = 0; start < count; start += pieceWords) {
    const length = Math.min(pieceWords, count - start);
    setAddress(lowering, walk.from, source, start);
    transfer(lowering, "DMAIN", walk.from, { ub: partX, rows: 1, words: length });
    let [x, y] = [partX, partY];
    for (let distance = 1; distance < length; distance *= 2) {
      copyRow(lowering, format, x, y, distance);
      addRows(lowering, format, [x + distance, x, y + distance, length - distance]);
      [x, y] = [y, x];
    }
    if (start > 0) addRows(lowering, format, [x, carry, x, length], true);
    if (start + length < count) copyRow(lowering, format, x + length - 1, carry, 1);
    setAddress(lowering, walk.into, sink, start);
    transfer(lowering, "DMAOUT", walk.into, { ub: x, rows: 1, words: length });
  }
}

/** Bitonic sorting network (K. E. Batcher 1968), in place in the buffer. */
export function lowerSort(lowering: Lowering, { from, into }: Of<"sort">): void {
  const [source, sink] = [lowering.placed(from), lowering.placed(into)];
  const count = source.words;
  if (count > bufferWords)
    throw new Error(
      `program ${lowering.programName}: "${from}" has ${count} elements, a sort takes at most ${bufferWords}`,
    );
  setAddress(lowering, walk.from, source);
  transfer(lowering, "DMAIN", walk.from, { ub: 0, rows: 1, words: count });
  for (let block = 2; block <= count; block *= 2)
    for (let distance = block / 2; distance >= 1; distance /= 2)
      vectorInstruction(lowering, "EXCHANGE", [0, count / 2, distance, block], { fa: source.format });
  setAddress(lowering, walk.into, sink);
  transfer(lowering, "DMAOUT", walk.into, { ub: 0, rows: 1, words: count });
}

/** Piece by piece in the order of the addresses: the log comes into the buffer, the engine goes over the memory. */
export function lowerMarch(lowering: Lowering, { memory, log, order, read, write }: Of<"march">): void {
  const { asm } = lowering;
  const [cells, noted] = [lowering.placed(memory), lowering.placed(log)];
  const count = cells.words;
  const down = order === "down";
  const flags =
    (down ? 1 : 0) |
    (read === null ? 0 : 2) |
    (write === null ? 0 : 4) |
    (isWalking(read) ? 8 : 0) |
    (isWalking(write) ? 16 : 0);
  // The log's address, the memory's, and the number of the piece's first word.
  const [logAt, x] = [walk.from, blocks.vector];
  const piece = (words: number): void => {
    if (read !== null) transfer(lowering, "DMAIN", logAt, { ub: 0, rows: 1, words });
    operands(asm, x + 1, [words, 0]);
    operands(asm, x + 4, [...wordsOf(read), ...wordsOf(write)]);
    asm.emit("MARCH", { d: x, flags });
    if (read !== null) transfer(lowering, "DMAOUT", logAt, { ub: 0, rows: 1, words });
  };
  const begin = (first: number): void => {
    setAddress(lowering, x, cells, first);
    asm.set(x + 3, first);
    setAddress(lowering, logAt, noted, first);
  };
  const full = Math.floor(count / pieceWords);
  const rest = count % pieceWords;
  const last = (): void => {
    if (rest === 0) return;
    begin(full * pieceWords);
    piece(rest);
  };
  if (down) last();
  if (full > 0) begin(down ? (full - 1) * pieceWords : 0);
  const step = down ? -pieceWords : pieceWords;
  asm.loop(counters.inner, full, () => {
    piece(pieceWords);
    if (full === 1) return;
    for (const scalar of [x, x + 3, logAt]) asm.add(scalar, scalar, step);
  });
  if (!down) last();
}

const isWalking = (pattern: Pattern | null): boolean => pattern !== null && "walkingPass" in pattern;

function wordsOf(pattern: Pattern | null): readonly [number, number] {
  if (pattern === null) return [0, 0];
  return "walkingPass" in pattern ? [pattern.walkingPass, 0] : [pattern.even, pattern.odd];
}
