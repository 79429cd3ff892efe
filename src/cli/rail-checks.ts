import type { EmulatedBoardSpec } from "../emulator/world-schema.ts";
import { isBox } from "../rig/rig-schema.ts";
import { oneOf } from "./did-you-mean.ts";
import { boardNameOf } from "./emulated-boards.ts";
import type { ReadRig } from "./files.ts";
import { located } from "./read-yaml.ts";

/** Rails of emulated boards, by name: one that nobody has would be fed by nobody, and what befalls it be seen by nobody. */
type Located = ReturnType<typeof located>;
type Read = Pick<ReadRig, "file" | "rig">;

export function railProblems(read: Read): Located[] {
  const boards = Object.entries(read.rig.emulation?.boards ?? {});
  return [
    ...boards.flatMap(([name, spec]) => [...namesOf(read, name, spec), ...sharesOf(read, name, spec)]),
    ...suppliesOf(read),
  ];
}

function namesOf({ file, rig }: Read, name: string, spec: EmulatedBoardSpec): Located[] {
  const { structures, sefi = [], sel = [], events } = spec;
  const said = [
    ...Object.entries(structures).map(([key, { rail }]) => ({ at: ["structures", key], rail })),
    ...sefi.map(({ rail }, index) => ({ at: ["sefi", index], rail })),
    ...sel.map(({ rail }, index) => ({ at: ["sel", index], rail })),
    ...events.map(({ rail }, index) => ({ at: ["events", index], rail })),
  ];
  const stated = Object.keys(spec.rails);
  // Where the board states none, it has those that its station feeds.
  const fed = Object.entries(rig.stations)
    .filter(([station, { link }]) => boardNameOf(station, link) === name)
    .flatMap(([, { supply = [] }]) => supply.map(({ rail }) => rail));
  const rails = stated.length > 0 ? stated : fed.length > 0 ? fed : ["main"];
  return said.flatMap(({ at, rail }) =>
    rail === undefined || rails.includes(rail)
      ? []
      : [
          located(
            file,
            ["emulation", "boards", name, ...at, "rail"],
            `board '${name}' has no rail '${rail}'${oneOf(rail, rails)}`,
          ),
        ],
  );
}

/** Of the watts of one board. Floats that people add up in their heads. */
function sharesOf({ file }: Read, name: string, { rails }: EmulatedBoardSpec): Located[] {
  const sum = Object.values(rails).reduce((total, { share }) => total + share, 0);
  if (sum <= 1 + 1e-9) return [];
  return [
    located(
      file,
      ["emulation", "boards", name, "rails"],
      `the rails of '${name}' carry ${Number((100 * sum).toPrecision(6))} % of its watts, expected 100 at most: give each its 'share' (a contact in series: share: 0)`,
    ),
  ];
}

/** A bench box switches all rails of a board as one. */
function suppliesOf({ file, rig }: Read): Located[] {
  return Object.entries(rig.stations).flatMap(([station, { link, supply = [] }]) => {
    const rails = Object.keys(rig.emulation?.boards[boardNameOf(station, link)]?.rails ?? {});
    if (rails.length === 0) return [];
    return supply.flatMap(({ device, rail }, place) => {
      const fed = Object.hasOwn(rig.devices, device) ? rig.devices[device]! : undefined;
      if (fed === undefined || isBox(fed) || rails.includes(rail)) return [];
      return [
        located(
          file,
          ["stations", station, "supply", place, "rail"],
          `emulated board '${boardNameOf(station, link)}' has no rail '${rail}' to be fed by '${device}'${oneOf(rail, rails)}`,
        ),
      ];
    });
  });
}
