import { RigError } from "../domain/errors.ts";
import type { Verdict } from "../rig/conformance/conform.ts";
import { conform } from "../rig/conformance/conform.ts";
import { inMemory, openablePorts } from "./assemble.ts";
import { realClock, virtualClock } from "./clocks.ts";
import { checkRig } from "./cross-checks.ts";
import { nearest } from "./did-you-mean.ts";
import { readRig } from "./files.ts";

/** Each device of a rig through the conformance suite, one after the other. */
export async function* examine(
  path: string,
  devices: readonly string[],
  workload: string | undefined,
  say: (text: string) => void,
): AsyncGenerator<Verdict & { readonly device: string }, void> {
  const read = readRig(path);
  checkRig(read);
  const links = new Map(
    [...Object.entries(read.rig.stations), ...Object.entries(read.rig.devices)].map(([name, { link }]) => [
      name,
      link,
    ]),
  );
  for (const name of devices) {
    if (links.has(name)) continue;
    const guess = nearest(name, [...links.keys()]);
    throw new RigError(
      "config",
      `${read.file.name} has no '${name}'${guess === null ? `; it has ${[...links.keys()].join(", ")}` : `: did you mean '${guess}'?`}`,
    );
  }
  const clock = inMemory(read.rig) ? virtualClock() : realClock();
  const ports = await openablePorts(read, { clock, seed: 0, segment: 0, truthPath: null, say });
  try {
    for (const [device, link] of links) {
      if (devices.length > 0 && !devices.includes(device)) continue;
      const verdicts = conform(ports.of(device, link), {
        clock,
        ...(workload === undefined ? {} : { workload }),
      });
      for await (const verdict of verdicts) yield { device, ...verdict };
    }
  } finally {
    await ports.close();
  }
}
