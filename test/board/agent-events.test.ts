import { describe, expect, test } from "vitest";
import type { BoardEvent, Message, MessageOf } from "../../firmware-protocol/messages.ts";
import { eventBuffer } from "../../src/board/event-buffer.ts";
import type { Unnumbered } from "../../src/board/event-buffer.ts";
import { attach, bootId } from "./host.ts";
import type { Host, StrikeAt } from "./host.ts";

const strike: StrikeAt = { id: 1, target: "weights", word: 3, mask: 0x40000000, iteration: 0, cycle: 0 };
const log = (text: string): Unnumbered => ({ kind: "e", name: "log", level: "info", text });

describe("the event buffer", () => {
  test("numbers from 1, forgets cumulatively, and ignores numbers never given", () => {
    const buffer = eventBuffer(10);
    expect(buffer.add([log("a"), log("b"), log("c")]).map((event) => event.event)).toEqual([1, 2, 3]);
    expect(buffer.acknowledge(4)).toEqual([]);
    expect(buffer.acknowledge(2).map((event) => event.event)).toEqual([1, 2]);
    expect(buffer.acknowledge(2)).toEqual([]);
    expect(buffer.acknowledge(1)).toEqual([]);
    expect(buffer.keptFrom(0).map((event) => event.event)).toEqual([3]);
    expect(buffer.keptFrom(4)).toEqual([]);
    expect([buffer.given, buffer.acknowledged, buffer.room(), buffer.dropped]).toEqual([3, 2, 9, 0]);
  });

  test("takes a group whole or not at all, drops the new one, and gives it no number", () => {
    const buffer = eventBuffer(3);
    buffer.add([log("a"), log("b")]);
    expect(buffer.add([log("c"), log("d")])).toEqual([]);
    expect([buffer.given, buffer.dropped, buffer.keptFrom(1).length]).toEqual([2, 2, 2]);
    expect(buffer.add([log("e")]).map((event) => event.event)).toEqual([3]);
  });
});

/** Kept events, as `resend` tells them. */
async function kept(host: Host, from: number): Promise<MessageOf<BoardEvent["name"]>[]> {
  const answer = await host.ask({ name: "resend", event: from });
  const found: Message[] = [];
  const count = answer.name === "resend-ok" ? answer.events : 0;
  for (let i = 0; i < count; i++)
    found.push(await host.until((message): message is Message => message.kind === "e"));
  return found as MessageOf<BoardEvent["name"]>[];
}

describe("events on the board", () => {
  test("stay until acknowledged, and come again in order under their old numbers, in new lines", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    const told = await host.strike(strike);
    const again = await kept(host, 0);
    expect(again.map(withoutHead)).toEqual([host.heard[0]!, ...told].map(withoutHead));
    expect(again[0]!.seq).toBeGreaterThan(told.at(-1)!.seq);
    const last = again.at(-1)!.event;
    expect((await kept(host, last)).map((event) => event.event)).toEqual([last]);
    host.send({ name: "ack", event: last - 1 });
    expect((await kept(host, 0)).map((event) => event.event)).toEqual([last]);
    expect(await host.ask({ name: "status" })).toMatchObject({ event: last, acked: last - 1, dropped: 0 });
    await host.stop();
  });

  test("an acknowledgement of another boot, of none, or of what was never given, is ignored and never answered", async () => {
    const host = attach();
    await host.event("boot");
    host.send({ name: "ack", event: 1 }, 0xbad);
    host.send({ name: "ack", event: 1 }, 0);
    host.send({ name: "ack", event: 2 });
    expect(await host.ask({ name: "status" })).toMatchObject({ re: 4, acked: 0 });
    host.send({ name: "ack", event: 1 });
    expect(await host.ask({ name: "status" })).toMatchObject({ re: 6, acked: 1 });
    expect(host.heard.filter((message) => message.kind === "a")).toHaveLength(2);
    await host.stop();
  });

  test("are told to the board's own log when acknowledged, once each, before they are forgotten", async () => {
    const logged: number[] = [];
    const host = attach({
      onAcknowledged: (boot, events) => {
        expect(boot).toBe(bootId);
        logged.push(...events.map((event) => event.event));
      },
    });
    await host.prepare("gemm-f32");
    const last = (await host.strike(strike)).length + 1;
    for (const event of [2, 2, last, 1]) host.send({ name: "ack", event });
    await host.ask({ name: "status" });
    expect(logged).toEqual(Array.from({ length: last }, (_, at) => at + 1));
    await host.stop();
  });

  test("before the room runs out the board ends its run; nothing kept is lost", async () => {
    const host = attach({ eventCapacity: 64 });
    await host.prepare("gemm-f32", "none");
    host.world.due.push({ ...strike, id: 0 });
    const events = await host.run(0, 0);
    expect(events.at(-1)).toMatchObject({ name: "done", why: "stopped" });
    const numbers = (await kept(host, 0)).map((event) => event.event);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, at) => at + 1));
    expect(numbers.length).toBeLessThanOrEqual(64);
    expect(await host.ask({ name: "status" })).toMatchObject({ dropped: 0, state: "ready" });
    // And it goes on when there is room again.
    host.send({ name: "ack", event: numbers.at(-1)! });
    expect((await host.run(1, 2)).filter((event) => event.name === "result")).toHaveLength(2);
    await host.stop();
  });

  test("what found no room is counted, and told as soon as there is some", async () => {
    const host = attach({ eventCapacity: 64 });
    await host.prepare("gemm-f32", "none");
    host.world.due.push({ ...strike, id: 0 });
    await host.run(0, 0);
    // Every further run ends at once and needs room for one more `done`.
    let status: Message;
    do {
      await host.ask({ name: "run", first: 0, iterations: 1, strikes: 0 });
      status = await host.ask({ name: "status" });
    } while (status.name === "status-ok" && status.dropped < 3);
    host.send({ name: "ack", event: 10 });
    expect(await host.event("overflow")).toMatchObject({ dropped: 3, event: 65 });
    host.send({ name: "ack", event: 11 });
    expect(await host.ask({ name: "status" })).toMatchObject({ dropped: 3, event: 65 });
    await host.stop();
  });

  test("nobody reads: the run is not held up, and what did not get through is still kept", async () => {
    const host = attach();
    await host.prepare("gemm-f32");
    host.send({ name: "run", first: 0, iterations: 100_000, strikes: 0 });
    await host.clock.sleep(5_000);
    expect(await host.event("done")).toMatchObject({ iterations: 100_000, clean: 100_000 });
    await host.stop();
  });
});

function withoutHead(message: Message): object {
  return { ...message, seq: 0, uptimeMs: 0 };
}
