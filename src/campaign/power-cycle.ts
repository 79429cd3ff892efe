import { nsPerMs } from "../domain/clock.ts";
import type { RailReading, RailVerification, Supply } from "../domain/equipment.ts";
import type { Rec } from "../domain/records.ts";
import type { Reply } from "../domain/reply.ts";
import { valueOf } from "../domain/reply.ts";
import type { Lane } from "./lane.ts";
import { isCleared } from "./rail-verdict.ts";
import type { WatchedRail } from "./watched-rail.ts";

/**
 * All rails of a board off, at rest, and on again, each step seen and recorded:
 *
 *   off (last rail first) ─cut→ rest ─off→ on (first rail first) ─on, cleared?→
 */
export interface Cycled {
  /** Every rail was seen off after the rest and on again; as far as its supply can be seen. */
  readonly verified: boolean;
  /** False: some rail still draws what it did, or tripped at once. */
  readonly cleared: boolean;
  /** Some supply did not answer: whether it is cleared nobody can say, and that is no latch-up. */
  readonly unread: boolean;
}

/** A shorter rest is dangerous (ChipIR 2022), whatever a plan says. */
const leastOffMs = 4_000;
/** What a board draws in the first moment is inrush. */
export const inrushMs = 200;
const cutTries = 3;

/** Answers whether every rail was seen off, as far as its supply can be seen. */
export async function* cutRails(lane: Lane): AsyncGenerator<Rec, boolean> {
  let allOff = true;
  for (const { rail, supply } of inOrder(lane, "off")) {
    const reply = await insist(() => supply.off());
    allOff &&= reply.kind === "ok" && !reply.value.on;
    yield lane.watch.event(rail, "cut", valueOf(reply), seen(reply, false, supply.verifies));
  }
  return allOff;
}

/** `restMs` counts from now: the rails are off already. */
export async function* restAndApply(lane: Lane, restMs: number): AsyncGenerator<Rec, Cycled> {
  const { clock, signal, watch } = lane;
  const fromNs = clock.nowNs();
  await clock.sleep(Math.max(restMs, leastOffMs), signal);
  let verified = true;
  for (const { rail, supply } of inOrder(lane, "off")) {
    const reply = await supply.read();
    const isOff = reply.kind === "ok" && !reply.value.on;
    verified &&= isOff;
    const restedMs = Math.round((clock.nowNs() - fromNs) / nsPerMs);
    yield watch.event(
      rail,
      "off",
      valueOf(reply),
      `for ${restedMs} ms, ${seen(reply, false, supply.verifies)}`,
    );
  }
  // Left while it rested: rails stay off, the safe state is somebody else's to make.
  if (signal.aborted) return { verified: false, cleared: false, unread: false };
  const switched = new Map<WatchedRail, Reply<RailReading>>();
  for (const { rail, supply } of inOrder(lane, "on")) switched.set(rail, await supply.on());
  await clock.sleep(inrushMs, signal);
  let cleared = true;
  let unread = false;
  for (const { rail, supply } of inOrder(lane, "on")) {
    const told = switched.get(rail)!;
    const reply = await insist(() => supply.read());
    const reading = valueOf(reply);
    unread ||= reply.kind === "silence";
    const isBack = isCleared(reading, supply.limits);
    verified &&= reading?.on === true;
    cleared &&= isBack !== false && reading?.on === true;
    const refusal = told.kind === "refused" ? ` (it said: ${told.reason})` : "";
    yield watch.event(rail, "on", reading, seen(reply, true, supply.verifies) + refusal, { cleared: isBack });
  }
  return { verified, cleared, unread };
}

/** A rail and the way the lane switches it. */
function inOrder(
  lane: Lane,
  way: "on" | "off",
): readonly { readonly rail: WatchedRail; readonly supply: Supply }[] {
  const all = lane.watch.rails.map((rail, index) => ({ rail, supply: lane.station.rails[index]! }));
  return way === "on" ? all : all.reverse();
}

async function insist(deed: () => Promise<Reply<RailReading>>): Promise<Reply<RailReading>> {
  let reply = await deed();
  for (let again = 1; again < cutTries && reply.kind !== "ok"; again++) reply = await deed();
  return reply;
}

function seen(reply: Reply<RailReading>, on: boolean, { output }: RailVerification): string {
  if (reply.kind === "silence") return "not verified: no answer";
  if (reply.kind === "refused") return `not verified: ${reply.reason}`;
  if (reply.value.on !== on) return `not obeyed: it is ${reply.value.on ? "on" : "off"}`;
  const how = {
    measured: "its voltage measured",
    reported: "as its switch reports",
    commanded: "as it was told, nobody has seen it",
  }[output];
  return `${on ? "on" : "off"}, ${how}`;
}
