import { inputWords } from "../science/predict/inputs.ts";
import type { Figure, PredictedLine, Prediction } from "../science/predict/prediction.ts";
import type { ParticleSource } from "../science/predict/surroundings.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { paintLine, piece } from "./line.ts";
import type { Canvas, Line, Piece } from "./line.ts";
import { wrapped } from "./wrapped.ts";

/** A prediction on one screen, at most 100 columns: each rate with its interval, then what was never measured, apart, then what must be known. */
export function predictionTable(prediction: Prediction, canvas: Canvas): string[] {
  const page: Canvas = { ...canvas, columns: Math.min(100, canvas.columns) };
  const lines: Line[] = [
    ...heading(prediction),
    ...rates(
      prediction.model.emulated ? "Counted in an emulated beam" : "Counted in a beam",
      prediction,
      "beam",
      page.columns,
    ),
    ...rates("Composed of structures and what injection saw", prediction, "composed", page.columns),
    ...memories(prediction, page.columns),
    ...inferences(prediction, page.columns),
    ...unmeasured(prediction, page.columns),
    ...remarks(prediction, page.columns),
  ];
  return lines.map((line) => paintLine(line, page));
}

export const sourceWords: Readonly<Record<ParticleSource, string>> = {
  trappedProtons: "trapped protons",
  galacticProtons: "galactic protons",
  solarProtons: "solar protons",
  givenProtons: "protons as supplied",
  galacticIons: "galactic ions",
  solarIons: "solar ions",
  givenIons: "ions as supplied",
  neutrons: "neutrons",
};

function heading({ model, surroundings, conditions }: Prediction): Line[] {
  const energies = surroundings.streams.filter(({ strike }) => strike === "energy");
  const fluxes = energies.map(({ source, perCm2Second }) => `${sourceWords[source]} ${short(perCm2Second)}`);
  const { dose, isEvent } = surroundings;
  const at =
    conditions.temperatureC === null ? "temperature as measured" : `die at ${conditions.temperatureC} °C`;
  // What marks an emulated device stands first after its name: a narrow page must not cut it.
  return [
    [piece(model.device, "bold"), ...(model.emulated ? [emulatedBench] : []), piece(` · ${at}`)],
    [piece(`  ${surroundings.name}`)],
    [
      piece(
        `  cm⁻²s⁻¹: ${fluxes.join(", ") || "no protons"}${dose === null ? "" : `; dose ${interval(dose)} rad(Si) a ${isEvent ? "day" : "year"}`}`,
        "dim",
      ),
    ],
  ];
}

const emulatedBench: Piece = piece(" · emulated bench, no device was measured", "yellow");

/** Shown by themselves; the others are in `--json`. */
const shownComposed: ReadonlySet<string> = new Set(["SDC", "SDC critical", "DUE"]);

function rates(title: string, { lines }: Prediction, kind: PredictedLine["kind"], most: number): Line[] {
  const shown = lines.filter(
    (line) => line.kind === kind && (kind === "beam" || shownComposed.has(line.name)),
  );
  if (shown.length === 0) return [];
  const isEvent = shown.every(({ rates: of }) => of === null || of.perYear === null);
  const titles: Column[] = [
    { title: "", align: "left", wraps: true },
    { title: "a device-day [95 %]", align: "left" },
    { title: "FIT", align: "right" },
    { title: "one in", align: "right" },
    ...(isEvent ? [] : [{ title: "a year", align: "right" } as const]),
    { title: "made uncertain by", align: "left", shrinks: true },
  ];
  const rows = shown.map((line): Piece[] => {
    const name = piece(whose(line));
    if (line.rates === null) return [name, piece("not measured with what strikes here", "dim")];
    const { perDay, fit, meanDaysBetween, perYear, per } = line.rates;
    const [most] = line.inputs;
    return [
      name,
      rate(perDay, per === "bit" ? "a bit-day " : ""),
      piece(limit(fit)),
      piece(`${fit.limitOnly ? "> " : ""}${days(meanDaysBetween.value)}`),
      ...(perYear === null ? [] : [piece(limit(perYear))]),
      piece(most === undefined ? "" : `${inputWords[most.input]} ${Math.round(100 * most.share)} %`, "dim"),
    ];
  });
  return [[], [piece(title, "bold")], ...columns(titles, rows, most)];
}

/** `SDC, gemm-i8, codes on`. */
export function whose({ name, workload, protection }: PredictedLine): string {
  const codes = protection === null || protection === "unknown" ? "" : `, codes ${protection}`;
  return `${name}${workload === null ? "" : `, ${workload}`}${codes}`;
}

function memories({ lines }: Prediction, most: number): Line[] {
  const rows = lines.flatMap((line): Piece[][] => {
    const figure = line.rates?.perGigabitDay ?? null;
    return figure === null ? [] : [[piece(whose(line)), rate(figure)]];
  });
  if (rows.length === 0) return [];
  return [
    [],
    ...columns(
      [
        { title: "By 10⁹ bits", align: "left", shrinks: true },
        { title: "a gigabit-day [95 %]", align: "left" },
      ],
      rows,
      most,
    ),
  ];
}

function inferences({ lines, conditions }: Prediction, most: number): Line[] {
  const rows = lines.flatMap((line): Piece[][] => {
    const figure = line.rates?.perMillionInferences ?? null;
    if (figure === null || (line.kind === "composed" && !shownComposed.has(line.name))) return [];
    return [[piece(whose(line)), piece(line.kind === "beam" ? "beam" : "composed", "dim"), rate(figure)]];
  });
  if (rows.length === 0) return [];
  return [
    [],
    ...columns(
      [
        {
          title: `At ${conditions.inferencesPerSecond} inferences a second`,
          align: "left",
          shrinks: true,
        },
        { title: "", align: "left" },
        { title: "in a million inferences [95 %]", align: "left" },
      ],
      rows,
      most,
    ),
  ];
}

/** In no number above: lines apart, and yellow. */
function unmeasured({ lines }: Prediction, most: number): Line[] {
  const rows = lines.flatMap((line): Piece[][] => {
    if (line.unmeasured === null || (line.kind === "composed" && !shownComposed.has(line.name))) return [];
    const { particles, boundedPerDay, structures } = line.unmeasured;
    const of = structures.length === 0 ? particles : `${particles} on ${structures.join(", ")}`;
    return [
      [
        piece(whose(line)),
        piece(of, "yellow"),
        boundedPerDay === null ? piece("no relation bounds it", "dim") : rate(boundedPerDay),
      ],
    ];
  });
  if (rows.length === 0) return [];
  return [
    [],
    [
      piece("Unmeasured", "bold"),
      piece(": in no number above. Bounds by Petersen's figure of merit, no measurement", "yellow"),
    ],
    ...columns(
      [
        { title: "", align: "left", wraps: true },
        { title: "", align: "left", wraps: true },
        { title: "a device-day [95 %]", align: "left" },
      ],
      rows,
      most,
    ),
  ];
}

function remarks({ findings, lines }: Prediction, width: number): Line[] {
  const said = new Map<string, Set<string>>();
  const shown = lines.filter(({ kind, name }) => kind === "beam" || shownComposed.has(name));
  for (const line of shown)
    for (const finding of line.findings) said.set(finding, (said.get(finding) ?? new Set()).add(whose(line)));
  const every = new Set(shown.map(whose)).size;
  const all = [
    ...findings,
    ...[...said].map(([finding, names]) =>
      names.size <= 3
        ? `${[...names].join("; ")}: ${finding}`
        : `${names.size === every ? "all" : `${names.size} of these`} rates: ${finding}`,
    ),
  ];
  if (all.length === 0) return [];
  return [[], [piece("To know", "bold")], ...all.flatMap((text) => wrapped(text, width))];
}

function rate(figure: Figure, before = ""): Piece {
  return figure.limitOnly
    ? piece(`${before}below ${short(figure.upper ?? NaN)}`, "dim")
    : piece(`${before}${interval(figure)}`);
}

export function interval({ value, lower, upper }: Figure): string {
  return `${short(value)} [${short(lower)}, ${upper === null ? "…" : short(upper)}]`;
}

function limit({ value, limitOnly }: Figure): string {
  return `${limitOnly ? "< " : ""}${short(value)}`;
}

/** Three digits; without an exponent from 0.001 to 100,000. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential(2).replace("e+", "e");
  return size >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

/** 0.02 days are minutes, 900 are years. */
export function days(value: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["y", 365.25],
    ["d", 1],
    ["h", 1 / 24],
    ["min", 1 / 1440],
    ["s", 1 / 86_400],
  ];
  const [name, size] = units.find(([, each]) => value >= each) ?? units.at(-1)!;
  return `${short(value / size)} ${name}`;
}
