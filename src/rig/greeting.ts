import { RigError } from "../domain/errors.ts";
import { protocolVersion } from "../../firmware-protocol/messages.ts";
import type { MessageOf } from "../../firmware-protocol/messages.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Question, SessionOptions } from "./session-types.ts";

/**
 * Says hello until the device has said who it is, and how far its events have got. It disturbs nothing the device does.
 *
 *   hello (any boot) ─→ right version? right serial number? ─→ status (that boot) ─→ met
 */
export type Met =
  | {
      readonly kind: "met";
      readonly hello: MessageOf<"hello-ok">;
      readonly status: MessageOf<"status-ok">;
    }
  /** It answered, and is not what the rig file says. */
  | { readonly kind: "refused"; readonly error: RigError }
  /** The link was gone before. */
  | { readonly kind: "gone" };

/** Between two tries; the answers themselves have deadlines of their own. */
const pauseMs = 20;

export async function greet(dialogue: Dialogue, options: SessionOptions): Promise<Met> {
  const { answerMs, clock } = options;
  const command = helloOf(options);
  while (!dialogue.isOver) {
    const hello = await dialogue.askFor(command, 0, answerMs);
    if (hello === null) {
      await clock.sleep(pauseMs);
      continue;
    }
    if (hello.name === "refused") return { kind: "refused", error: refusedHello(hello.reason, options) };
    if (hello.name !== "hello-ok") continue;
    const error = unfit(hello, options);
    if (error !== null) return { kind: "refused", error };
    const status = await dialogue.askFor({ kind: "c", name: "status" }, hello.boot, answerMs);
    if (status?.name === "status-ok" && status.boot === hello.boot) return { kind: "met", hello, status };
    await clock.sleep(pauseMs);
  }
  return { kind: "gone" };
}

export function helloOf({
  heartbeatMs,
  leaseMs,
}: SessionOptions): Extract<Question, { readonly name: "hello" }> {
  return { kind: "c", name: "hello", protocol: protocolVersion, heartbeatMs, leaseMs };
}

/** Why this device is not the one of the rig file; null where it is. */
export function unfit(
  hello: MessageOf<"hello-ok">,
  { name, serial }: Pick<SessionOptions, "name" | "serial">,
): RigError | null {
  if (hello.protocol !== protocolVersion)
    return new RigError(
      "protocol_version",
      `'${name}' (${hello.model} ${hello.serial}) speaks protocol ${hello.protocol}, this host ${protocolVersion}: update its firmware or radrig`,
    );
  if (serial !== null && hello.serial !== serial)
    return new RigError(
      "board_mismatch",
      `'${name}' should be serial ${serial}, but ${hello.model} ${hello.serial} answers there: swap the cables, or correct serial in the rig file`,
    );
  return null;
}

function refusedHello(reason: string, { name }: SessionOptions): RigError {
  if (reason === "bad-version")
    return new RigError(
      "protocol_version",
      `'${name}' refuses protocol ${protocolVersion}: update its firmware, or use the radrig that fits it`,
    );
  return new RigError(
    "board_mismatch",
    `'${name}' refuses hello (${reason}): its firmware does not keep to the protocol; see 'radrig rig conformance'`,
  );
}

/** Nothing that says who it is came in time. */
export function notMet(
  name: string,
  port: string,
  withinMs: number,
  heard: { readonly frames: number; readonly garbled: number },
): RigError {
  const what =
    heard.frames > 0
      ? "lines, but no answer to hello: see 'radrig rig conformance'"
      : heard.garbled > 0
        ? `${heard.garbled} unreadable lines: check baud, and that a radrig board is on this port`
        : "nothing: check power, cable, and the link in the rig file";
  return new RigError(
    "board_missing",
    `'${name}' on ${port} did not answer within ${withinMs} ms, heard ${what}`,
  );
}
