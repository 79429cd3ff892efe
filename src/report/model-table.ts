import type { Estimated, Fit, Model } from "../science/model/model.ts";
import { placeWords, quantityWords } from "../science/model/quantity-words.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { paintLine, piece } from "./line.ts";
import type { Canvas, Line, Piece } from "./line.ts";
import { percent, scientific, whole } from "./numbers.ts";
import { wrapped } from "./wrapped.ts";

/** A model as a person reads it: what was measured and how well, what the parts come to beside the beam, and what is missing. */
export function modelTable(model: Model, canvas: Canvas): string[] {
  const page: Canvas = { ...canvas, columns: Math.min(110, canvas.columns) };
  return [
    ...heading(model),
    ...responses(model, page),
    ...strikes(model, page),
    ...multiplicities(model),
    ...sensitivities(model),
    ...compositions(model, page),
    ...remarks(model, page.columns),
  ].map((line) => paintLine(line, page));
}

function heading({ device, sources, emulated }: Model): Line[] {
  const parts = device.serials.length === 0 ? "" : ` · ${device.serials.join(", ")}`;
  return [
    [
      piece(device.model, "bold"),
      piece(` (${device.accelerator})${parts}`),
      ...(emulated ? [piece(" · from an emulated bench, no device was measured", "yellow")] : []),
    ],
    ...sources.map(({ kind, name, sha256 }) => [piece(`  ${kind} ${name}  ${sha256.slice(0, 12)}`, "dim")]),
  ];
}

const responseColumns: readonly Column[] = [
  { title: "what", align: "left", wraps: true },
  { title: "beam", align: "left" },
  { title: "events", align: "right" },
  { title: "cm² [95 %]", align: "left" },
  { title: "curve", align: "left" },
];

function responses({ responses: all }: Model, page: Canvas): Line[] {
  const rows = all.flatMap(({ quantity, per, fits }) =>
    fits.map((fit) => [
      piece(`${quantityWords(quantity)}${per === "bit" ? ", a bit" : ""}`),
      piece(placeWords(fit)),
      piece(fit.measured.events === null ? "unpublished" : whole(fit.measured.events)),
      interval(fit.measured),
      piece(curveWords(fit), fit.basis === "fitted" ? "plain" : "dim"),
    ]),
  );
  if (rows.length === 0) return [];
  return [
    [],
    [piece("What a particle does", "bold"), piece(": cross-sections, at the highest energy or LET measured")],
    ...columns(responseColumns, rows, page.columns),
  ];
}

function curveWords({ curve, basis }: Fit): string {
  switch (basis) {
    case "fitted":
      return curve;
    case "prior-shape":
      return `${curve}, prior shape`;
    case "limit":
      return "limit";
    case "stated":
      return "a prior's width";
  }
}

/** What a stated prior made is painted as such. */
function interval({ value, lower, upper, limitOnly, method }: Estimated): Piece {
  if (limitOnly) return piece(`below ${scientific(upper)}`, "dim");
  const words = `${scientific(value)} [${scientific(lower)}, ${scientific(upper)}]`;
  return method === "prior" ? piece(words, "yellow") : piece(words);
}

/** With two digits, where two of them stand side by side. */
function brief({ value, lower, upper, limitOnly }: Estimated): Piece {
  const short = (number: number): string => number.toExponential(1).replace("e+", "e");
  return limitOnly
    ? piece(`below ${short(upper)}`, "dim")
    : piece(`${short(value)} [${short(lower)}, ${short(upper)}]`);
}

const strikeColumns: readonly Column[] = [
  { title: "workload", align: "left", wraps: true },
  { title: "structure", align: "left", wraps: true },
  { title: "codes", align: "left" },
  { title: "cells", align: "right" },
  { title: "strikes", align: "right" },
  { title: "SDC % [95 %]", align: "left" },
  { title: "DUE % [95 %]", align: "left" },
];

function strikes({ vulnerabilities }: Model, page: Canvas): Line[] {
  if (vulnerabilities.length === 0) return [];
  const share = (shares: readonly (Estimated & { readonly outcome: string })[], wanted: string): Piece => {
    const { value, lower, upper, limitOnly } = shares.find(({ outcome }) => outcome === wanted)!;
    return limitOnly
      ? piece(`below ${percent(upper)}`, "dim")
      : piece(`${percent(value)} [${percent(lower)}, ${percent(upper)}]`);
  };
  return [
    [],
    [piece("What becomes of an upset", "bold"), piece(": from strikes")],
    ...columns(
      strikeColumns,
      vulnerabilities.map((one) => [
        piece(one.workload),
        piece(one.structure),
        piece(one.protection),
        piece(String(one.multiplicity)),
        piece(whole(one.trials)),
        share(one.shares, "sdc"),
        share(one.shares, "due"),
      ]),
      page.columns,
    ),
  ];
}

function multiplicities({ multiplicities: all }: Model): Line[] {
  if (all.length === 0) return [];
  return [
    [],
    [piece("Cells an event", "bold")],
    ...all.map(({ structure, shares }) => [
      piece(`  ${structure}: `, "cyan"),
      piece(
        shares
          .map(({ multiplicity, value, events }) => `${multiplicity}: ${percent(value)} % (${events ?? 0})`)
          .join("  "),
      ),
    ]),
  ];
}

function sensitivities({ sensitivities: all }: Model): Line[] {
  if (all.length === 0) return [];
  return [
    [],
    [piece("With temperature", "bold")],
    ...all.map(({ quantity, coefficient: { value, lower, upper }, from, to }) => [
      piece(`  ${quantityWords(quantity)}: `, "cyan"),
      piece(
        `${perDegree(value)} [${perDegree(lower)}, ${perDegree(upper)}] %/°C, ${from.toFixed(0)} to ${to.toFixed(0)} °C`,
      ),
    ]),
  ];
}

function perDegree(value: number): string {
  return (100 * value).toFixed(2);
}

const composedColumns: readonly Column[] = [
  { title: "workload", align: "left", wraps: true },
  { title: "codes", align: "left" },
  { title: "", align: "left" },
  { title: "from its parts, cm²", align: "left" },
  { title: "in the beam, cm²", align: "left" },
  { title: "beam / parts", align: "left" },
];

/** SDC and DUE of every workload; all else is in the file. */
function compositions({ compositions: all }: Model, page: Canvas): Line[] {
  const rows = all.flatMap(({ workload, protection, outcomes }) =>
    outcomes
      .filter(({ outcome }) => outcome === "sdc" || outcome === "due")
      .map(({ outcome, composed, beam, ratio, independent }) => [
        piece(workload),
        piece(protection),
        piece(outcome.toUpperCase()),
        brief(composed),
        beam === null ? piece("not there", "dim") : brief(beam),
        ratio === null || ratio.limitOnly
          ? piece("", "dim")
          : piece(
              `${ratio.value.toPrecision(3)} [${ratio.lower.toPrecision(2)}, ${ratio.upper.toPrecision(2)}]${independent ? "" : " *"}`,
            ),
      ]),
  );
  if (rows.length === 0) return [];
  const dependent = all.some(({ outcomes }) =>
    outcomes.some((one) => one.ratio !== null && !one.independent),
  );
  return [
    [],
    [piece("Its parts together", "bold"), piece(": bits × events a bit × what becomes of them")],
    ...columns(composedColumns, rows, page.columns),
    ...(dependent
      ? [[piece("  * the parts were measured in the same runs: agreement proves little", "dim")]]
      : []),
  ];
}

function remarks(model: Model, width: number): Line[] {
  const lines = [...model.findings, ...findingsOfFits(model)];
  for (const { workload, protection, missing } of model.compositions) {
    const reasons = new Map<string, string[]>();
    for (const { structure, why } of missing) reasons.set(why, [...(reasons.get(why) ?? []), structure]);
    for (const [why, structures] of reasons)
      lines.push(
        `${workload}, codes ${protection}: not in the sum of its parts, as ${why}: ${structures.join(", ")}.`,
      );
  }
  if (lines.length === 0) return [];
  return [[], [piece("To know", "bold")], ...[...new Set(lines)].flatMap((text) => wrapped(text, width))];
}

/** What is said of several quantities is said once, with all their names. */
function findingsOfFits({ responses: all }: Model): string[] {
  const named = new Map<string, string[]>();
  for (const { quantity, fits } of all)
    for (const { species, findings, basis } of fits)
      for (const finding of findings)
        if (basis !== "limit")
          named.set(finding, [...(named.get(finding) ?? []), `${quantityWords(quantity)} (${species})`]);
  return [...named].map(([finding, names]) =>
    names.length > 3
      ? `${names.length} of the cross-sections: ${finding}.`
      : `${names.join("; ")}: ${finding}.`,
  );
}
