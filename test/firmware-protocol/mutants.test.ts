import { describe, expect, test } from "vitest";
import { decode, encode } from "../../firmware-protocol/codec.ts";
import { crc32 } from "../../firmware-protocol/crc32.ts";
import { garbledReasons } from "../../firmware-protocol/messages.ts";
import { randomStream } from "../../src/domain/random.ts";
import { messageTypes, sampleLines } from "./samples.ts";
import { mutations } from "./mutants.ts";

const sent = messageTypes.flatMap((type) => sampleLines(type, 12));
const wasSent = new Set(sent);
const million = 1_000_000;

describe("of a million mutants none is accepted that was never sent", () => {
  const seen = new Map<string, number>();
  const survivors: string[] = [];
  let tried = 0;

  /** Looks at a mutant, unless it is a line that was sent. */
  const attempt = (mutant: string) => {
    if (wasSent.has(mutant)) return;
    tried += 1;
    const message = decode(mutant);
    if (message.kind === "garbled") seen.set(message.reason, (seen.get(message.reason) ?? 0) + 1);
    else survivors.push(mutant);
  };

  test("splices of two lines at every offset", () => {
    const one = messageTypes.map((type) => sampleLines(type, 1)[0]!);
    for (const line of one)
      for (const other of one)
        for (let at = 1; at < line.length; at++) attempt(line.slice(0, at) + other.slice(at));
    const [short, long] = [
      one.find((line) => line.includes(" ack "))!,
      one.find((line) => line.includes(" struck "))!,
    ];
    for (const [head, tail] of [
      [short, long],
      [long, short],
    ] as const)
      for (let cut = 0; cut <= head.length; cut++)
        for (let from = 0; from <= tail.length; from++) attempt(head.slice(0, cut) + tail.slice(from));
    expect(survivors).toEqual([]);
  });

  test(`${Object.keys(mutations).join(", ")}: the rest of the million`, () => {
    const random = randomStream(20, "mutants");
    const kinds = Object.values(mutations);
    for (let i = 0; tried < million; i++) {
      const [line, other] = [sent[random.nextBelow(sent.length)]!, sent[random.nextBelow(sent.length)]!];
      attempt(kinds[i % kinds.length]!(line, other, random));
    }
    expect(survivors).toEqual([]);
  });

  test("most of them come as far as the CRC, and every outer rule is met", () => {
    expect(tried).toBe(million);
    expect([...seen.keys()].sort()).toEqual(garbledReasons.slice(0, 5).toSorted());
    expect(seen.get("bad-crc")).toBeGreaterThan(million / 2);
  });
});

test("of mutants whose CRC was made good, only those with one spelling are accepted", () => {
  const random = randomStream(21, "mutants with a good crc");
  const kinds = Object.values(mutations);
  const seen = new Map<string, number>();
  for (let i = 0; i < 300_000; i++) {
    const [line, other] = [sent[random.nextBelow(sent.length)]!, sent[random.nextBelow(sent.length)]!];
    const body = kinds[i % kinds.length]!(line.slice(1, -9), other.slice(1, -9), random);
    const mutant = `$${body}*${crc32(body).toString(16).padStart(8, "0")}`;
    const message = decode(mutant);
    const verdict = message.kind === "garbled" ? message.reason : "accepted";
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    if (message.kind !== "garbled") expect(encode(message, message)).toBe(mutant);
  }
  for (const verdict of ["accepted", "bad-head", "unknown-message", "bad-field"])
    expect(seen.get(verdict)).toBeGreaterThan(1_000);
});
