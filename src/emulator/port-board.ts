import { RigError } from "../domain/errors.ts";
import type { Wire } from "./wire.ts";

/** The sockets of an emulated bench: which device is found under which name, now. */
export interface PortBoard {
  put(port: EmulatedPort, wire: Wire): void;
  take(name: string): void;
  /** The wire behind a name, free to be plugged in; RigError `port_missing`, `port_busy`. */
  find(name: string): Wire;
  list(): readonly EmulatedPort[];
  unplugAll(): void;
}

export interface EmulatedPort {
  readonly name: string;
  /** Serial number of the device behind it, as a USB adapter would tell. */
  readonly serial: string;
}

export function portBoard(): PortBoard {
  const sockets = new Map<string, { readonly port: EmulatedPort; readonly wire: Wire }>();
  return {
    put: (port, wire) => void sockets.set(port.name, { port, wire }),
    take: (name) => void sockets.delete(name),
    find: (name) => {
      const socket = sockets.get(name);
      if (socket === undefined) {
        const there = [...sockets.keys()].sort().join(", ") || "none";
        throw new RigError("port_missing", `no emulated port '${name}'; there are: ${there}`);
      }
      if (socket.wire.plugged)
        throw new RigError("port_busy", `emulated port '${name}' is open already; close it first`);
      return socket.wire;
    },
    list: () => [...sockets.values()].map(({ port }) => port),
    unplugAll: () => {
      for (const { wire } of sockets.values()) wire.unplug();
    },
  };
}
