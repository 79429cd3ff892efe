/** into[m][n] += a[m][k]·b[k][n]; rows may be skipped where a is 0. */
export function addProduct(
  into: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  depth: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    for (let k = 0; k < depth; k++) {
      const x = a[i * depth + k]!;
      if (x === 0) continue;
      const from = k * columns;
      for (let j = 0; j < columns; j++) into[to + j]! += x * b[from + j]!;
    }
  }
}

/** The slopes of both operands of that product: intoA[m][k] += Σ_n slope[m][n]·b[k][n], intoB[k][n] += Σ_m a[m][k]·slope[m][n]. */
export function addProductSlopes(
  intoA: Float64Array,
  intoB: Float64Array,
  slope: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  depth: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    for (let k = 0; k < depth; k++) {
      const x = a[i * depth + k]!;
      const from = k * columns;
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        const s = slope[at + j]!;
        sum += s * b[from + j]!;
        intoB[from + j]! += x * s;
      }
      intoA[i * depth + k]! += sum;
    }
  }
}
