import { expect } from "vitest";
import { decode, encode } from "../../firmware-protocol/codec.ts";
import { hex8, u32, u40 } from "../../firmware-protocol/fields.ts";
import type { Field } from "../../firmware-protocol/fields.ts";
import { messages } from "../../firmware-protocol/messages.ts";
import type { Message } from "../../firmware-protocol/messages.ts";

/** A line that every codec must agree on, in whatever language (PROTOCOL.md, "Vectors"). Values as on the wire. */
export type Vector =
  | { readonly line: string; readonly message: WireMessage }
  | { readonly line: string; readonly reason: string };

export interface WireMessage {
  readonly kind: string;
  readonly seq: string;
  readonly boot: string;
  readonly up: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Holds the codec against one vector. */
export function checkVector(vector: Vector): void {
  const message = decode(vector.line);
  if ("reason" in vector) {
    expect(message).toEqual({ kind: "garbled", reason: vector.reason, line: vector.line });
    return;
  }
  if (message.kind === "garbled") throw new Error(`refused as ${message.reason}: ${vector.line}`);
  expect(JSON.stringify(wireForm(message))).toBe(JSON.stringify(vector.message));
  expect(encode(message, message)).toBe(vector.line);
}

/** A message with its values as they stand on the wire, keys in the order of the vectors. */
export function wireForm(message: Message): WireMessage {
  const { kind, name } = message;
  const fields = (messages[kind] as Readonly<Record<string, Readonly<Record<string, Field<unknown>>>>>)[
    name
  ]!;
  const values = message as unknown as Readonly<Record<string, unknown>>;
  return {
    kind,
    seq: u32.print(message.seq),
    boot: hex8.print(message.boot),
    up: u40.print(message.uptimeMs),
    name,
    fields: Object.fromEntries(
      Object.entries(fields).map(([key, { key: wire, type }]) => [wire, type.print(values[key])]),
    ),
  };
}
