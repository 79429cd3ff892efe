import type { Estimate, PooledResult, Result } from "../domain/result.ts";
import { byBoard } from "./by-board.ts";
import { columns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { piece } from "./line.ts";
import type { Canvas, Line, Paint, Piece } from "./line.ts";
import { scientific, whole } from "./numbers.ts";

const beamColumns: readonly Column[] = [
  { title: "board", align: "left", shrinks: true },
  { title: "workload", align: "left", shrinks: true },
  { title: "events", align: "right" },
  { title: "fluence", align: "right" },
  { title: "SDC cm² [95 %]", align: "left" },
  { title: "DUE cm² [95 %]", align: "left" },
];

/** A table for every kind of beam; what an emulated beam gave is marked so wherever it is shown. */
export function beamTables(result: Result, canvas: Canvas): Line[] {
  const beams = new Map<string, PooledResult[]>();
  for (const row of result.pooled) {
    if (row.exposure.kind !== "beam") continue;
    const title = beamTitle(row.exposure);
    beams.set(title, [...(beams.get(title) ?? []), row]);
  }
  return [...beams].flatMap(([title, rows]) => {
    const emulated = rows.some(({ exposure }) => exposure.kind === "beam" && exposure.emulated);
    return [
      [],
      [
        piece("What a particle does", "bold"),
        piece(`: cross-section of the device, ${title}`),
        ...(emulated ? [piece(" (emulated)", "yellow")] : []),
      ],
      ...columns(
        beamColumns,
        byBoard(rows).map((row, index, all) => beamRow(row, all[index - 1])),
        canvas.columns,
      ),
      [],
      [
        piece(
          "  events in live time by live fluence (cm⁻²), [exact 95 % interval]; no event gives a limit;",
          "dim",
        ),
      ],
      [
        piece(
          `  the fluence itself is known to ${uncertaintyOf(rows)} (1 sigma). Per bit: result.json`,
          "dim",
        ),
      ],
    ];
  });
}

function beamTitle(beam: Extract<PooledResult["exposure"], { kind: "beam" }>): string {
  const energy = beam.energyMeV === null ? "" : ` ${beam.energyMeV} MeV`;
  const let_ = beam.letMeVCm2PerMg === null ? "" : ` LET ${beam.letMeVCm2PerMg} MeV·cm²/mg`;
  return `${beam.species}${energy}${let_}${beam.tiltDeg === 0 ? "" : ` at ${beam.tiltDeg}°`}`;
}

function beamRow(row: PooledResult, above: PooledResult | undefined): Piece[] {
  const { outcomes, exposure } = row;
  const events = Object.values(outcomes).reduce((sum, pair) => sum + (pair?.primary ?? 0), 0);
  return [
    piece(above?.dut === row.dut ? "" : row.dut, "cyan"),
    piece(row.runKind === "beam_on_dut_idle" ? `${row.workload} (idle)` : row.workload),
    piece(whole(events)),
    piece(exposure.kind === "beam" ? scientific(exposure.fluenceLivePerCm2) : "?"),
    crossSection(row.estimates, "sdc", "yellow"),
    crossSection(row.estimates, "due", "magenta"),
  ];
}

function crossSection(estimates: readonly Estimate[], outcome: Estimate["outcome"], paint: Paint): Piece {
  const found = estimates.find((estimate) => estimate.outcome === outcome && estimate.per === "device");
  if (found === undefined) return piece(estimates.length === 0 ? "no fluence" : "none can be", "dim");
  if (found.limitOnly) return piece(`below ${scientific(found.upper)}`, "dim");
  return piece(`${scientific(found.value)} [${scientific(found.lower)}, ${scientific(found.upper)}]`, paint);
}

function uncertaintyOf(rows: readonly PooledResult[]): string {
  const shares = rows.map(({ exposure }) =>
    exposure.kind === "beam" ? exposure.fluenceRelUncertainty1Sigma : 0,
  );
  return `${(Math.max(...shares) * 100).toFixed(0)} %`;
}
