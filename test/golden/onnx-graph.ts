/**
 * Writes an ONNX model: nodes over named values, as the protocol buffers of onnx.proto3 (github.com/onnx/onnx, IR version 9) have them.
 *
 *   const g = onnxGraph();
 *   const c = g.node("MatMul", [g.input("a", "float", [2, 3]), g.constant("float", [3, 4], words)]);
 *   g.model([c]) ─→ bytes that any ONNX engine runs
 */
export interface OnnxGraph {
  /** Fed at each run. */
  input(name: string, type: OnnxType, shape: readonly number[]): string;
  /** Little-endian, as typed arrays hold them. */
  constant(type: OnnxType, shape: readonly number[], values: ArrayBufferView): string;
  /** Its first result. */
  node(operator: string, inputs: readonly string[], attributes?: Attributes): string;
  nodes(operator: string, inputs: readonly string[], results: number, attributes?: Attributes): string[];
  model(outputs: readonly string[]): Uint8Array;
}

/** An integer is written as ONNX `INT`; a float must be given as such. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** TensorProto.DataType. */
export const onnxTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e5m2: 19,
} as const;
export type OnnxType = keyof typeof onnxTypes;

const irVersion = 9;
/** Of the standard operators: the first with float8 in Cast. */
const opset = 19;

export function onnxGraph(): OnnxGraph {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [];
  const inputs: Uint8Array[] = [];
  let names = 0;
  const nodesOf: OnnxGraph["nodes"] = (operator, from, results, attributes = {}) => {
    const into = Array.from({ length: results }, () => `v${names++}`);
    nodes.push(
      message(
        ...from.map((name) => text(1, name)),
        ...into.map((name) => text(2, name)),
        text(4, operator),
        ...Object.entries(attributes).map(([name, value]) => part(5, attributeOf(name, value))),
      ),
    );
    return into;
  };
  return {
    input: (name, type, shape) => {
      const sizes = shape.map((size) => part(1, integer(1, size)));
      const tensor = message(integer(1, onnxTypes[type]), part(2, message(...sizes)));
      inputs.push(message(text(1, name), part(2, part(1, tensor))));
      return name;
    },
    constant: (type, shape, { buffer, byteOffset, byteLength }) => {
      const name = `c${names++}`;
      const raw = new Uint8Array(buffer, byteOffset, byteLength);
      constants.push(
        message(
          ...shape.map((size) => integer(1, size)),
          integer(2, onnxTypes[type]),
          text(8, name),
          part(9, raw),
        ),
      );
      return name;
    },
    node: (operator, from, attributes) => nodesOf(operator, from, 1, attributes)[0]!,
    nodes: nodesOf,
    model: (outputs) => {
      const graph = message(
        ...nodes.map((node) => part(1, node)),
        text(2, "graph"),
        ...constants.map((constant) => part(5, constant)),
        ...inputs.map((input) => part(11, input)),
        ...outputs.map((name) => part(12, text(1, name))),
      );
      const standard = message(text(1, ""), integer(2, opset));
      return message(integer(1, irVersion), part(7, graph), part(8, standard));
    },
  };
}

function attributeOf(name: string, value: Attributes[string]): Uint8Array {
  if (typeof value === "number") return message(text(1, name), integer(3, value), integer(20, 2));
  if ("float" in value) {
    const float = new Uint8Array(Float32Array.of(value.float).buffer);
    return message(text(1, name), Uint8Array.of((2 << 3) | 5), float, integer(20, 1));
  }
  return message(text(1, name), ...value.map((item) => integer(8, item)), integer(20, 7));
}

const message = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const text = (field: number, value: string): Uint8Array => part(field, Buffer.from(value, "utf8"));
const integer = (field: number, value: number): Uint8Array => message(varint(field << 3), varint(value));
const part = (field: number, bytes: Uint8Array): Uint8Array =>
  message(varint((field << 3) | 2), varint(bytes.length), bytes);

/** Base 128, low digits first; of a negative integer the 64 bits of its two's complement. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return Uint8Array.of(...bytes, Number(left));
}
