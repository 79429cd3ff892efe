import { oneOf } from "./did-you-mean.ts";
import { boardNameOf } from "./emulated-boards.ts";
import type { ReadRig } from "./files.ts";
import { at } from "./problem-words.ts";
import { located, locatedKey } from "./read-yaml.ts";

/** An `emulation` part of a rig file held against the stations and devices that it is to stand for. */
type Located = ReturnType<typeof located>;

export function emulationProblems({ file, rig }: Pick<ReadRig, "file" | "rig">): Located[] {
  const { emulation } = rig;
  if (emulation === undefined) return [];
  const boards = Object.entries(rig.stations).map(([name, { link }]) => boardNameOf(name, link));
  const devices = Object.keys(rig.devices);
  const path = ["emulation"];
  return [
    ...Object.keys(emulation.boards).flatMap((name) =>
      boards.includes(name)
        ? []
        : [
            locatedKey(
              file,
              [...path, "boards", name],
              `no station has a board '${name}'${oneOf(name, boards)}`,
            ),
          ],
    ),
    ...Object.entries(emulation.instruments).flatMap(([name, { is }]) => {
      const own = [...path, "instruments", name];
      if (!devices.includes(name))
        return [locatedKey(file, own, `no device '${name}' under devices${oneOf(name, devices)}`)];
      const { protocol } = rig.devices[name]!;
      if (protocol === is) return [];
      return [
        located(
          file,
          [...own, "is"],
          `found '${is}', and device '${name}' speaks ${protocol}: make them alike`,
        ),
      ];
    }),
    ...(emulation.beam !== undefined && at(file.value, [...path, "beamFluxPerCm2PerSecond"]) !== undefined
      ? [
          locatedKey(
            file,
            [...path, "beamFluxPerCm2PerSecond"],
            "beam has its own fluxPerCm2PerSecond: leave this one out",
          ),
        ]
      : []),
  ];
}
