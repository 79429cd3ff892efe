import { parseFrameAddress } from "../address/sem-address.ts";
import type { FrameAddress, SemFamily } from "../address/sem-address.ts";

/** One line of a report (PG036 and PG187, `…-Report`), whatever it stands in. Total: null for a line of no report. */
export type SemLine =
  | { readonly is: "state"; readonly state: SemState }
  | { readonly is: "flags"; readonly flags: number }
  | { readonly is: "banner"; readonly text: string }
  | { readonly is: "stage"; readonly text: InitStage }
  | { readonly is: "diagnosis"; readonly diagnosis: Diagnosis }
  | { readonly is: "frame"; readonly frame: FrameAddress }
  | { readonly is: "bit"; readonly word: number; readonly bit: number }
  | { readonly is: "correction" }
  | { readonly is: "classification" }
  | { readonly is: "end" }
  | { readonly is: "halt" }
  /** `FS 0E`, `MF 00001531`, `TS 00001034`: two capitals and a number. */
  | { readonly is: "field"; readonly name: string; readonly value: number };

export type SemState =
  | "idle"
  | "initialization"
  | "observation"
  | "correction"
  | "classification"
  | "injection"
  | "detect"
  | "diagnostic"
  | "fatal";
const states: Readonly<Record<string, SemState>> = {
  "00": "idle",
  "01": "initialization",
  "02": "observation",
  "04": "correction",
  "08": "classification",
  "10": "injection",
  "20": "detect",
  "40": "diagnostic",
  "1F": "fatal",
  "9F": "fatal",
};

/**
 * 7-series: one bit and where (`SED OK`), a syndrome that points nowhere (`SED NG`), two bits (`DED`), the checksum of enhanced repair (`BFR`).
 * UltraScale: found by the code of a frame (`ECC`) or through the auxiliary interface (`AUX`). Both: by the CRC over the device alone.
 */
export const diagnoses = ["SED OK", "SED NG", "DED", "CRC", "BFR", "ECC", "AUX"] as const;
export type Diagnosis = (typeof diagnoses)[number];

const initStages = ["ICAP OK", "RDBK OK", "INIT OK"] as const;
export type InitStage = (typeof initStages)[number];

const words: Readonly<Record<string, SemLine>> = {
  COR: { is: "correction" },
  CLA: { is: "classification" },
  END: { is: "end" },
  HLT: { is: "halt" },
  ...Object.fromEntries(diagnoses.map((diagnosis) => [diagnosis, { is: "diagnosis", diagnosis }])),
  ...Object.fromEntries(initStages.map((text) => [text, { is: "stage", text }])),
};

export function parseLine(family: SemFamily, text: string): SemLine | null {
  if (Object.hasOwn(words, text)) return words[text]!;
  if (/^(X7_SEM|SEM_ULTRA)_V\d{1,3}_\d{1,3}$/.test(text)) return { is: "banner", text };
  const bit = /^WD ([0-9A-F]{2}) BT ([0-9A-F]{2})$/.exec(text);
  if (bit !== null) {
    const at = { word: Number.parseInt(bit[1]!, 16), bit: Number.parseInt(bit[2]!, 16) };
    return at.bit < 32 ? { is: "bit", ...at } : null;
  }
  const [, name, digits] = /^([A-Z]{2}) ([0-9A-F]{1,8})$/.exec(text) ?? [];
  if (name === undefined || digits === undefined) return null;
  switch (name) {
    case "SC": {
      const state = states[digits];
      return state === undefined ? null : { is: "state", state };
    }
    case "FC":
      return digits.length === 2 ? { is: "flags", flags: Number.parseInt(digits, 16) } : null;
    case "PA":
    case "LA": {
      const frame = parseFrameAddress(family, name === "LA" ? "linear" : "physical", digits);
      return frame === null ? null : { is: "frame", frame };
    }
    default:
      return { is: "field", name, value: Number.parseInt(digits, 16) };
  }
}
