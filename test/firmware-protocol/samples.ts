import fc from "fast-check";
import { decode, encode } from "../../firmware-protocol/codec.ts";
import type { Field, FieldType } from "../../firmware-protocol/fields.ts";
import { messages, refusals } from "../../firmware-protocol/messages.ts";
import type { Head, Kind, Message, Payload } from "../../firmware-protocol/messages.ts";

/** Messages of every type, made from `messages.ts`: what the laws of the codec are held against. */
export interface MessageType {
  readonly kind: Kind;
  readonly name: string;
  readonly fields: Readonly<Record<string, Field<unknown>>>;
}

export const messageTypes: readonly MessageType[] = (["c", "a", "e", "t"] as const).flatMap((kind) =>
  Object.entries(messages[kind]).map(([name, fields]) => ({ kind, name, fields })),
);

/** Values of a type, and one whose spelling is as long as any. */
interface Values {
  readonly any: fc.Arbitrary<unknown>;
  readonly widest: unknown;
}

const hexDigits = Array.from("0123456789abcdef");
const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...hexDigits), minLength: digits, maxLength: digits });
const upTo = (max: number): Values => ({
  any: fc.oneof(
    fc.nat({ max: Math.min(max, 300) }),
    fc.maxSafeNat().map((n) => n % (max + 1)),
    fc.constant(max),
  ),
  widest: max,
});
const alphanumeric = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
const lowerCase = Array.from("abcdefghijklmnopqrstuvwxyz");
const nameOf = (most: number): Values => ({
  any: fc
    .tuple(
      fc.constantFrom(...alphanumeric),
      fc.string({ unit: fc.constantFrom(...alphanumeric, ".", "_", "-"), maxLength: most - 1 }),
    )
    .map(([first, rest]) => first + rest),
  widest: "W".repeat(most),
});
/** Like the objects that the codec makes. */
const plainRecord = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(model, { noNullPrototype: true });
const capabilities = ["run", "strike", "inject", "heat", "rail", "beam"];

const values: Readonly<Record<string, Values>> = {
  u16: upTo(0xffff),
  u24: upTo(0xffffff),
  u32: upTo(0xffffffff),
  u40: upTo(0xffffffffff),
  u53: upTo(Number.MAX_SAFE_INTEGER),
  i32: { any: fc.integer(), widest: -0x80000000 },
  flag: { any: fc.boolean(), widest: true },
  hex8: upTo(0xffffffff),
  hex16: { any: hex(16), widest: "f".repeat(16) },
  token: nameOf(32),
  token20: nameOf(20),
  text: {
    any: fc.string({ unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 40 }),
    widest: "x".repeat(120),
  },
  element: {
    any: plainRecord({
      index: upTo(0xffffffff).any,
      expected: upTo(0xffffffff).any,
      got: upTo(0xffffffff).any,
    }),
    widest: { index: 0xffffffff, expected: 0, got: 0 },
  },
  axes: {
    any: fc.array(
      plainRecord({
        name: fc
          .tuple(
            fc.constantFrom(...lowerCase),
            fc.string({ unit: fc.constantFrom(...lowerCase, "0", "9", "-"), maxLength: 15 }),
          )
          .map(([first, rest]) => first + rest),
        size: fc.integer({ min: 1, max: 0xffffffff }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    widest: Array.from({ length: 6 }, () => ({ name: "w".repeat(16), size: 0xffffffff })),
  },
  score: {
    any: plainRecord({ label: upTo(0xffff).any, bits: upTo(0xffffffff).any }),
    widest: { label: 0xffff, bits: 0 },
  },
  capabilities: { any: fc.subarray(capabilities), widest: capabilities },
  reason: words(refusals),
};

function words(list: readonly string[]): Values {
  return {
    any: fc.constantFrom(...list),
    widest: list.reduce((longest, word) => (word.length > longest.length ? word : longest)),
  };
}

function valuesOf(type: FieldType<unknown>): Values {
  const list = /^list of up to (\d+) (\w+)$/.exec(type.name);
  if (list !== null) {
    const [most, item] = [Number(list[1]), values[list[2]!]!];
    return {
      any: fc.array(item.any, { maxLength: most }),
      widest: Array.from({ length: most }, () => item.widest),
    };
  }
  if (type.name.startsWith("one of ")) return words(type.name.slice("one of ".length).split(", "));
  const found = values[type.name];
  if (found === undefined) throw new Error(`samples.ts knows no values of type '${type.name}'`);
  return found;
}

export const anyHead: fc.Arbitrary<Head> = fc.record({
  seq: upTo(0xffffffff).any as fc.Arbitrary<number>,
  boot: upTo(0xffffffff).any as fc.Arbitrary<number>,
  uptimeMs: upTo(0xffffffffff).any as fc.Arbitrary<number>,
});
export const widestHead: Head = { seq: 0xffffffff, boot: 0xffffffff, uptimeMs: 0xffffffffff };

export function anyPayload({ kind, name, fields }: MessageType): fc.Arbitrary<Payload> {
  return fc
    .record(Object.fromEntries(Object.entries(fields).map(([key, { type }]) => [key, valuesOf(type).any])))
    .map((body) => ({ kind, name, ...body }) as unknown as Payload);
}

export function widestPayload({ kind, name, fields }: MessageType): Payload {
  const body = Object.entries(fields).map(([key, { type }]) => [key, valuesOf(type).widest] as const);
  return { kind, name, ...Object.fromEntries(body) } as unknown as Payload;
}

/** `count` lines of one type, the same ones every time. */
export function sampleLines(type: MessageType, count: number): readonly string[] {
  return fc
    .sample(fc.tuple(anyHead, anyPayload(type)), { numRuns: count, seed: 20 })
    .map(([head, payload]) => encode(head, payload));
}

/** The message of a line that must be accepted. */
export function accepted(line: string): Message {
  const message = decode(line);
  if (message.kind === "garbled") throw new Error(`refused (${message.reason}): ${line}`);
  return message;
}
