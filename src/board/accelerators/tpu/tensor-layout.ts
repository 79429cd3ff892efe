import type { Program, Tensor } from "../../workloads/program.ts";
import { encoders, formatCodes, sizes, wordsOfRow } from "./element-formats.ts";
import type { Region } from "./tpu-image.ts";

/** A tensor in HBM: row by row, each row from a word on. */
export interface Placed {
  readonly tensor: Tensor;
  readonly format: number;
  /** Bytes of an element. */
  readonly size: number;
  readonly from: number;
  /** Words of one row, and of the whole tensor (of one input's set). */
  readonly rowWords: number;
  readonly words: number;
  /** Words from one input's set to the next; 0: it is the same for all inputs. */
  readonly setWords: number;
  /** Whether the elements of all rows lie one after the other. */
  readonly dense: boolean;
}

export interface Layout {
  readonly placed: ReadonlyMap<string, Placed>;
  readonly hbm: Uint32Array;
  readonly regions: readonly Region[];
}

const memoryStep = 256;

/** Gives every tensor its place, and makes the memory image. */
export function layOut({ tensors, inputs }: Program): Layout {
  const placed = new Map<string, Placed>();
  const regions: Region[] = [];
  let next = 0;
  for (const tensor of tensors) {
    const format = formatCodes[tensor.element];
    const size = sizes[format]!;
    const rowWords = wordsOfRow(tensor.columns, size);
    const words = tensor.rows * rowWords;
    const setWords = tensor.role === "inputs" && inputs > 1 ? words : 0;
    const all = tensor.role === "inputs" ? inputs * words : words;
    const dense = tensor.rows === 1 || (tensor.columns * size) % 4 === 0;
    placed.set(tensor.name, { tensor, format, size, from: next, rowWords, words, setWords, dense });
    regions.push({ role: tensor.role, from: next, words: all });
    next += all;
  }
  const hbm = new Uint32Array(Math.ceil(next / memoryStep) * memoryStep);
  for (const place of placed.values()) fill(hbm, place);
  return { placed, hbm, regions };
}

function fill(hbm: Uint32Array, { tensor, format, size, from, rowWords }: Placed): void {
  const encode = encoders[format]!;
  const { columns, values } = tensor;
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / columns);
    const byte = (i - row * columns) * size;
    const word = from + row * rowWords + (byte >>> 2);
    hbm[word] = (hbm[word]! | (encode(values[i]!) << (8 * (byte & 3)))) >>> 0;
  }
}
