import type { DrawnPart, DrawnStation } from "../report/bench-drawing.ts";
import type { LinkSpec } from "../rig/rig-schema.ts";
import type { RigFile } from "./rig-file-schema.ts";
import { shortPath } from "./short-path.ts";

/** A rig file in the words of its drawing. */
export function drawnStations({ stations, devices }: RigFile): readonly DrawnStation[] {
  const linkOf = (device: string): string => {
    const spec = devices[device];
    return spec === undefined ? "not among devices" : `${spec.protocol} · ${linkWords(spec.link)}`;
  };
  return Object.entries(stations).map(
    ([board, { serial, link, injector, thermal, supply = [], beam, limits }]) => {
      const part = (does: string, device: string, what: string, allowed = "", channel = ""): DrawnPart => ({
        does,
        device: `${device}${channel}`,
        what,
        link: linkOf(device),
        limits: allowed,
      });
      return {
        board,
        serial,
        link: linkWords(link),
        around: [
          ...(injector === undefined ? [] : [part("strikes", injector.device, injector.targets.join(", "))]),
          ...(thermal === undefined
            ? []
            : [
                part(
                  "heats",
                  thermal.device,
                  "temperature",
                  heatWords(thermal, limits),
                  channelWords(thermal.channel),
                ),
              ]),
          ...supply.map((rail) =>
            part("powers", rail.device, `rail ${rail.rail}`, railWords(rail), channelWords(rail.channel)),
          ),
          ...(beam === undefined ? [] : [part("counts", beam.counter, "beam")]),
          ...(beam?.shutter === undefined
            ? []
            : [part("opens", beam.shutter.device, "shutter", "", channelWords(beam.shutter.channel))]),
        ],
      };
    },
  );
}

type Station = RigFile["stations"][string];

function railWords(rail: NonNullable<Station["supply"]>[number]): string {
  const { milliV, warnMilliA, tripMilliA, holdMilliA, absolute } = rail;
  const words = [
    ...(milliV === undefined ? [] : [`${milliV} mV`]),
    ...(warnMilliA === undefined ? [] : [`warn ${warnMilliA} mA`]),
    ...(tripMilliA === undefined ? [] : [`trip ${tripMilliA} mA`]),
    ...(holdMilliA === undefined ? [] : [`hold ${holdMilliA} mA`]),
  ];
  const most = [
    ...(absolute.milliV === undefined ? [] : [`${absolute.milliV} mV`]),
    ...(absolute.milliA === undefined ? [] : [`${absolute.milliA} mA`]),
  ];
  return [...words, ...(most.length === 0 ? [] : [`never above ${most.join(", ")}`])].join(", ");
}

function heatWords(
  { lowestC, highestC, fastestCPerMinute, absolute }: NonNullable<Station["thermal"]>,
  { dieCutC }: Station["limits"],
): string {
  return [
    ...(lowestC === undefined ? [] : [`from ${lowestC} °C`]),
    ...(highestC === undefined ? [] : [`to ${highestC} °C`]),
    ...(fastestCPerMinute === undefined ? [] : [`at most ${fastestCPerMinute} °C/min`]),
    ...(dieCutC === undefined ? [] : [`die cut ${dieCutC} °C`]),
    ...(absolute.highestC === undefined ? [] : [`never above ${absolute.highestC} °C`]),
  ].join(", ");
}

function channelWords(channel: number): string {
  return channel === 1 ? "" : `:${channel}`;
}

/** A link as short as a person needs it. */
export function linkWords(link: LinkSpec): string {
  if ("memory" in link) return "in memory";
  if ("pty" in link) return `pty ${shortPath(link.pty)}`;
  if ("tcp" in link) return link.tcp;
  if ("command" in link) return `runs ${link.command[0]!}`;
  if ("replay" in link) return `replays ${shortPath(link.replay)}`;
  if ("file" in link) return `follows ${shortPath(link.file)}`;
  const { usbSerial, byPath, vidPid, path, baud } = link.serial;
  return `serial ${usbSerial ?? byPath ?? vidPid ?? path ?? ""} at ${baud} Bd`;
}
