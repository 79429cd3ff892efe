import type { Fit, Quantity } from "./model.ts";

/** A quantity as tables name it: `SDC of gemm-i8, codes on`. */
export function quantityWords(quantity: Quantity): string {
  switch (quantity.kind) {
    case "upset":
      return `upset of ${quantity.structures.join(" + ")}`;
    case "memory":
      return `${quantity.what} error of ${quantity.structure}${under(quantity.workload, quantity.protection)}`;
    case "outcome":
      return `${quantity.outcome}${under(quantity.workload, quantity.protection)}`;
    case "effect":
      return quantity.effect;
  }
}

function under(workload: string | null, protection: string): string {
  const codes = protection === "unknown" ? "" : `, codes ${protection}`;
  return `${workload === null ? "" : ` under ${workload}`}${codes}`;
}

/** Where it was measured: `proton 67 MeV`, `ion LET 1.2 to 58`. */
export function placeWords({ species, points }: Fit): string {
  const places = points.flatMap(
    ({ energyMeV, letMeVCm2PerMg }) => (species === "ion" ? letMeVCm2PerMg : energyMeV) ?? [],
  );
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const range = low === high ? `${low}` : `${low} to ${high}`;
  return species === "ion" ? `ion LET ${range}` : `${species} ${range} MeV`;
}
