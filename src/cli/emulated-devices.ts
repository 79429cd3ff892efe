import { RigError } from "../domain/errors.ts";
import type { EmulatedDevices } from "../emulator/in-memory.ts";
import type { Served } from "../emulator/instruments/emulated.ts";
import type { LinkSpec } from "../rig/rig-schema.ts";
import { isBox } from "../rig/rig-schema.ts";
import { boardNameOf } from "./emulated-boards.ts";
import type { RigFile } from "./rig-file-schema.ts";

/** The devices of a rig file that the emulator has to bring, with the port each is found under and what hangs on it. */
export function emulatedDevices(
  rig: RigFile,
  portOf: (device: string, link: LinkSpec) => string,
): EmulatedDevices {
  const devices = Object.entries(rig.devices);
  return {
    boards: Object.entries(rig.stations).map(([name, { serial, link }]) => {
      const port = portOf(name, link);
      return { board: boardNameOf(name, link), serial, port };
    }),
    boxes: devices.flatMap(([name, device]) =>
      isBox(device) ? [{ serial: device.serial, port: portOf(name, device.link) }] : [],
    ),
    instruments: devices.flatMap(([name, device]) =>
      isBox(device)
        ? []
        : [
            {
              name,
              serial: device.serial ?? `EMU-${name.toUpperCase()}`,
              // A log that is followed: the emulated facility writes the file itself.
              port: "file" in device.link ? device.link.file : portOf(name, device.link),
              writesFile: "file" in device.link,
              protocol: device.protocol,
              settings: { ...device },
              serves: servedBy(rig, name),
            },
          ],
    ),
  };
}

function servedBy(rig: RigFile, device: string): Served[] {
  return Object.entries(rig.stations).flatMap(([name, station]) => {
    const board = boardNameOf(name, station.link);
    const { injector, thermal, supply = [], beam } = station;
    const at = (role: Served["role"], channel: number, rail: string | null = null): Served => ({
      station: board,
      role,
      channel,
      rail,
    });
    return [
      ...(injector?.device === device ? [at("injector", 1)] : []),
      ...(thermal?.device === device ? [at("thermal", thermal.channel)] : []),
      ...supply
        .filter((rail) => rail.device === device)
        .map(({ channel, rail }) => at("rail", channel, rail)),
      ...(beam?.counter === device ? [at("counter", 1)] : []),
      ...(beam?.shutter?.device === device ? [at("shutter", beam.shutter.channel)] : []),
    ];
  });
}

/** `radrig emulate` makes pseudo-terminals, and nothing else. */
export function ptyOf(file: string): (device: string, link: LinkSpec) => string {
  return (device, link) => {
    if ("pty" in link) return link.pty;
    throw new RigError(
      "config",
      `${file}: '${device}' has no pty link: \`radrig emulate\` makes pseudo-terminals; a bench in memory needs no emulate, \`radrig run\` holds it itself`,
    );
  };
}

export function memoryNameOf(device: string, link: LinkSpec): string {
  if ("memory" in link) return link.memory;
  throw new RigError(
    "config",
    `'${device}' has no memory link, and others of this rig have: one rig has only one of them`,
  );
}
