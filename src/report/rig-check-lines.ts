import { piece } from "./line.ts";
import type { Line, Paint } from "./line.ts";

/** A device of a rig as it was found; the shape of what `radrig rig check` brings. */
export interface CheckedDevice {
  readonly device: string;
  readonly kind: string;
  readonly ok: boolean;
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  readonly readings: readonly string[];
  readonly lacks: readonly string[];
  readonly problem: string | null;
  readonly mend: string | null;
}

export interface CheckedRig {
  readonly rig: string;
  readonly title: string;
  readonly guard: { readonly pid: number; readonly afterSeconds: number } | null;
  readonly devices: readonly CheckedDevice[];
}

/**
 *   ok    dut      board        cpu-1 · serial D-1 · firmware 0.1
 *                  100000 kHz, boot 1 (power)
 *                  lacks: no dead-man
 *   FAIL  psu      instrument   no answer within 1000 ms
 *                  mend: is it switched on?
 */
export function rigCheckLines({ rig, title, guard, devices }: CheckedRig): Line[] {
  const width = Math.max(6, ...devices.map(({ device }) => device.length));
  const kinds = Math.max(...devices.map(({ kind }) => kind.length));
  const under = " ".repeat(6 + width + 2 + kinds + 2);
  const more = (label: string, words: readonly string[], paint: Paint): Line[] =>
    words.length === 0 ? [] : [[piece(under), piece(`${label}${words.join(", ")}`, paint)]];
  const failed = devices.filter(({ ok }) => !ok).length;
  return [
    [piece(rig, "bold"), piece(title === "" ? "" : `: ${title}`)],
    guard === null
      ? [piece("no guard holds it", "dim")]
      : [piece(`guarded by process ${guard.pid}: cuts after ${guard.afterSeconds} s of silence`, "green")],
    [],
    ...devices.flatMap((found): Line[] => {
      const { device, kind, ok, model, serial, firmware, readings, lacks, problem, mend } = found;
      const who = [
        ...(model === null ? [] : [model]),
        ...(serial === null ? [] : [`serial ${serial}`]),
        ...(firmware === null ? [] : [`firmware ${firmware}`]),
      ].join(" · ");
      return [
        [
          piece(ok ? "ok    " : "FAIL  ", ok ? "green" : "red"),
          piece(device.padEnd(width + 2), "bold"),
          piece(kind.padEnd(kinds + 2), "dim"),
          piece(who === "" ? "nobody known" : who),
        ],
        ...more("", readings, "dim"),
        ...lacks.flatMap((words, index) => more(index === 0 ? "lacks: " : "       ", [words], "yellow")),
        ...more("", problem === null ? [] : [problem], "red"),
        ...more("mend: ", mend === null ? [] : [mend], "cyan"),
      ];
    }),
    [],
    failed === 0
      ? [piece(`all ${devices.length} answer and understand`, "green")]
      : [piece(`${failed} of ${devices.length} to mend`, "red")],
  ];
}
