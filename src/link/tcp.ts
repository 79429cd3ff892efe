import { connect } from "node:net";
import type { Socket } from "node:net";
import { RigError } from "../domain/errors.ts";
import type { OpenPort } from "../domain/link.ts";
import { chunkQueue } from "./chunk-queue.ts";
import { writerOf } from "./writer-of.ts";

/**
 * Raw bytes over TCP, as ser2net's `raw` ports and terminal servers give them: no telnet, no RFC 2217.
 *
 *   tcp://host:port ─→ socket ─→ [ queue ] ─→ chunks
 */
export function tcpPort(address: string, connectWithinMs = 5000): OpenPort {
  return async (signal) => {
    const { host, port } = parseAddress(address);
    const socket = await connected(address, host, port, connectWithinMs, signal);
    const write = writerOf(socket);
    let why: string | null = null;
    const queue = chunkQueue(() => socket.resume());
    const end = (reason: string): void => {
      why ??= reason;
      queue.end();
    };
    socket.setNoDelay(true).setKeepAlive(true, 10_000);
    socket.on("data", (chunk: Buffer) => {
      if (!queue.push(chunk)) socket.pause();
    });
    socket.on("error", (error) => end(error.message));
    socket.on("close", () => end("the far end closed the connection"));
    return {
      name: address,
      chunks: queue.chunks,
      write: (bytes) => (queue.ended ? Promise.resolve() : write(bytes)),
      ended: () => why,
      close: () => {
        end("closed here");
        socket.destroy();
        return Promise.resolve();
      },
    };
  };
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([^:/[\]]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535)
    throw new RigError(
      "config",
      `'${address}' is no TCP port: write tcp://host:port, with a port of 1 to 65535`,
    );
  return { host, port };
}

function connected(
  address: string,
  host: string,
  port: number,
  withinMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError);
    };
    const fail = (code: "port_missing" | "link_lost", message: string, cause?: Error): void => {
      settle();
      socket.on("error", () => undefined).destroy();
      reject(new RigError(code, message, { cause }));
    };
    const onAbort = (): void => fail("link_lost", `${address}: given up while connecting`);
    const onError = (error: Error): void =>
      fail(
        "port_missing",
        `${address} does not answer (${error.message}): start ser2net there, or correct the address`,
        error,
      );
    const timer = setTimeout(
      () =>
        fail(
          "port_missing",
          `${address} did not answer within ${withinMs} ms: check cable, address and firewall`,
        ),
      withinMs,
    );
    socket.once("error", onError);
    socket.once("connect", () => {
      settle();
      resolve(socket);
    });
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener("abort", onAbort);
  });
}
