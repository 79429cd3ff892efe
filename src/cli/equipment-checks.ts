import { drivers } from "../instruments/all.ts";
import type { ReadRig } from "./files.ts";
import { located } from "./read-yaml.ts";

/** Equipment of a rig file that cannot be as it is written, found before anything is opened. */
type Located = ReturnType<typeof located>;
type Read = Pick<ReadRig, "file" | "rig">;

/** Every device does what its protocol can do, no rail is fed twice, and numbers are in the unit of their key. */
export function equipmentProblems(read: Read): Located[] {
  return [...wrongKinds(read), ...sharedOutputs(read), ...absurdValues(read)];
}

/** A bench box is a device of many kinds: what it can is known when it is opened. */
function wrongKinds({ file, rig }: Read): Located[] {
  const problems: Located[] = [];
  const wants = (path: readonly PropertyKey[], device: string, kinds: readonly string[]): void => {
    const protocol = Object.hasOwn(rig.devices, device) ? rig.devices[device]!.protocol : null;
    const kind = drivers.find((driver) => driver.protocol === protocol)?.kind;
    if (kind === undefined || kinds.includes(kind)) return;
    const able = drivers.filter((driver) => kinds.includes(driver.kind)).map((driver) => driver.protocol);
    problems.push(
      located(
        file,
        path,
        `'${device}' speaks ${String(protocol)} and is a ${kind}, expected a ${kinds.join(" or ")}: name a device of protocol ${["radrig", ...able].join(", ")}`,
      ),
    );
  };
  for (const [name, { injector, thermal, supply = [], beam }] of Object.entries(rig.stations)) {
    const at = ["stations", name];
    if (injector !== undefined) wants([...at, "injector", "device"], injector.device, ["injector"]);
    if (thermal !== undefined) wants([...at, "thermal", "device"], thermal.device, ["thermal"]);
    for (const [place, { device }] of supply.entries())
      wants([...at, "supply", place, "device"], device, ["supply", "switch"]);
    if (beam !== undefined) wants([...at, "beam", "counter"], beam.counter, ["counter"]);
    if (beam?.shutter !== undefined)
      wants([...at, "beam", "shutter", "device"], beam.shutter.device, ["switch"]);
  }
  return problems;
}

/** Two rails on one output: cutting one for a latch-up would cut the other. A box tells its rails apart by their station. */
function sharedOutputs({ file, rig }: Read): Located[] {
  const problems: Located[] = [];
  const taken = new Map<string, string>();
  for (const [name, { supply = [] }] of Object.entries(rig.stations))
    for (const [place, { device, channel, rail }] of supply.entries()) {
      if (!Object.hasOwn(rig.devices, device) || rig.devices[device]!.protocol === "radrig") continue;
      const output = `channel ${channel} of '${device}'`;
      const mine = `rail '${rail}' of '${name}'`;
      const other = taken.get(output);
      if (other !== undefined)
        problems.push(
          located(
            file,
            ["stations", name, "supply", place],
            `${output} already feeds ${other}, found for ${mine} too: give each its own channel`,
          ),
        );
      else taken.set(output, mine);
    }
  return problems;
}

/** Nothing here runs on less: it was meant in volts. */
const leastMilliV = 100;

function absurdValues({ file, rig }: Read): Located[] {
  const problems: Located[] = [];
  for (const [name, { supply = [], thermal }] of Object.entries(rig.stations)) {
    for (const [place, { milliV }] of supply.entries())
      if (milliV !== undefined && milliV < leastMilliV)
        problems.push(
          located(
            file,
            ["stations", name, "supply", place, "milliV"],
            `found ${milliV} mV, expected millivolts, ${leastMilliV} at least: for ${milliV} V write ${milliV * 1000}`,
          ),
        );
    const { lowestC = -Infinity, highestC = Infinity } = thermal ?? {};
    if (lowestC > highestC)
      problems.push(
        located(
          file,
          ["stations", name, "thermal", "lowestC"],
          `lowestC ${lowestC} is above highestC ${highestC}: no temperature is left; are they swapped?`,
        ),
      );
  }
  return problems;
}
