import type { Model } from "./model.ts";
import type { Observed } from "./observed.ts";

/** What a reader must know of a model as a whole, in whole sentences. */
export function findingsOf(
  observed: readonly Observed[],
  model: Pick<Model, "structures" | "responses" | "vulnerabilities">,
  ofMultiplicity: readonly string[],
): string[] {
  const found: string[] = [];
  if (observed.some(({ emulated }) => emulated))
    found.push("Some of the counts come from an emulated bench: nothing of them was measured on a device.");
  const refusal = orbitalRateRefusal(model);
  if (refusal !== null) found.push(`${refusal}.`);
  for (const { name, leftOut } of observed) {
    const reasons = new Map<string, number[]>();
    for (const { run, why } of leftOut) reasons.set(why, [...(reasons.get(why) ?? []), run]);
    for (const [why, runs] of reasons) found.push(`${name}: ${runsInWords(runs)} left out: ${why}.`);
  }
  for (const { name, runs } of observed) {
    const beam = runs.filter(({ kind }) => kind === "beam");
    const piled = beam.filter(({ flags }) => flags.includes("mu>0.1"));
    if (piled.length > 0)
      found.push(
        `${name}: in ${runsInWords(piled.map(({ number }) => number))} some upsets counted as one (more than 0.1 an observation window).`,
      );
    const uncontrolled = beam.filter(({ flags }) => flags.includes("no_control"));
    if (uncontrolled.length > 0)
      found.push(
        `${name}: no control run of ${[...new Set(uncontrolled.map(({ dut }) => dut))].join(", ")}, so no background was taken off.`,
      );
    const stuck = runs.reduce((sum, { effects }) => sum + (effects.get("stuck_bit") ?? 0), 0);
    if (stuck > 0) found.push(`${name}: ${stuck} stuck bits, in no rate of upsets.`);
  }
  if (observed.some(({ runs }) => runs.length > 0))
    found.push("No record states a supply voltage by run: there is no coefficient of voltage.");
  const species = new Set(model.responses.flatMap(({ fits }) => fits.map((fit) => fit.species)));
  const absent = (["proton", "ion", "neutron"] as const).filter((one) => !species.has(one));
  if (species.size > 0 && absent.length > 0)
    found.push(`Never measured with ${absent.map((one) => `${one}s`).join(" or ")}.`);
  const upset = new Set(
    model.responses.flatMap(({ quantity }) => (quantity.kind === "upset" ? quantity.structures : [])),
  );
  const struck = [...new Set(model.vulnerabilities.map(({ structure }) => structure))];
  const unmeasured = struck.filter((structure) => !upset.has(structure));
  if (species.size > 0 && unmeasured.length > 0)
    found.push(`Struck, and without a cross-section a bit: ${unmeasured.join(", ")}.`);
  const unknown = model.vulnerabilities.filter((one) => one.unknown > 0.01 * (one.trials + one.unknown));
  if (unknown.length > 0)
    found.push(
      `More than 1 % of the strikes have no end of their own: ${[...new Set(unknown.map(({ structure, workload }) => `${structure} under ${workload}`))].join(", ")}.`,
    );
  return [...found, ...ofMultiplicity];
}

/** Why no rate in an environment can follow from this model; null where one can. */
export function orbitalRateRefusal(model: Pick<Model, "responses">): string | null {
  if (model.responses.some(({ fits }) => fits.length > 0)) return null;
  return "There is no cross-section: injection gives a vulnerability and no rate, so no rate in orbit follows; expose the device in a beam, or enter a published cross-section";
}

function runsInWords(runs: readonly number[]): string {
  if (runs.length === 1) return `run ${runs[0]!}`;
  if (runs.length > 6) return `${runs.length} runs`;
  return `runs ${runs.join(", ")}`;
}
