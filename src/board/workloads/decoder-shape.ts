/**
 * The decoder: a transformer that writes the sum of two numbers after their digits, token by token.
 *
 *   4 8 3 + 0 9 9 =  ─→  2 8 5 0        the sum's digits from the lowest: a carry is known where it is needed
 *
 * Pre-norm, RMS norms without gains (the weights behind them hold these), ReLU, learnt positions, no biases but those of the hidden layer.
 */
export const decoderShape = {
  layers: 2,
  width: 32,
  heads: 2,
  hidden: 64,
  /** Digits of each number; the sum has one more. */
  digits: 3,
  /** 0 to 9, + and =. */
  tokens: 12,
} as const;

export const plus = 10;
export const equals = 11;
export const promptLength = 2 * decoderShape.digits + 2;
export const answerLength = decoderShape.digits + 1;
/** Tokens that are ever read: the last one of the answer is only said. */
export const contextLength = promptLength + answerLength - 1;
/** Added to a mean square before the root. */
export const normEpsilon = 2 ** -17;

export type DecoderPart =
  | "embedding"
  | "position"
  | "unembedding"
  | `${"query" | "key" | "value" | "mix" | "up" | "offset" | "down"}-${number}`;

export interface DecoderMatrix {
  readonly name: DecoderPart;
  readonly rows: number;
  readonly columns: number;
  /** Where it begins among all parameters. */
  readonly at: number;
}

/** All matrices in the order in which their values lie. */
export function decoderMatrices(): { readonly matrices: readonly DecoderMatrix[]; readonly count: number } {
  const { layers, width, hidden, tokens } = decoderShape;
  const matrices: DecoderMatrix[] = [];
  let count = 0;
  const add = (name: DecoderPart, rows: number, columns: number): void => {
    matrices.push({ name, rows, columns, at: count });
    count += rows * columns;
  };
  add("embedding", tokens, width);
  add("position", contextLength, width);
  for (let layer = 1; layer <= layers; layer++) {
    for (const part of ["query", "key", "value", "mix"] as const) add(`${part}-${layer}`, width, width);
    add(`up-${layer}`, width, hidden);
    add(`offset-${layer}`, 1, hidden);
    add(`down-${layer}`, hidden, width);
  }
  add("unembedding", width, tokens);
  return { matrices, count };
}

/** The digits of both numbers, highest first, with + and =. */
export function promptOf(a: number, b: number): number[] {
  return [
    ...digitsOf(a, decoderShape.digits).reverse(),
    plus,
    ...digitsOf(b, decoderShape.digits).reverse(),
    equals,
  ];
}

/** The digits of the sum, lowest first. */
export function answerOf(a: number, b: number): number[] {
  return digitsOf(a + b, answerLength);
}

function digitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 10 ** i) % 10);
}
