import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./radrig.ts";

export const emulatedRig = join(root, "rigs/emulated.yaml");

/** Strikes in two targets, then a short beam: a second of work. */
export const small = `campaign: small
rig: ${emulatedRig}
seed: 5
blocks:
  - { kind: injection, dut: [cpu-f32, cpu-i8], workload: gemm, target: [weights, control], stop: { strikes: 15 } }
  - { kind: beam, dut: cpu-f32, workload: gemm, beam: { species: proton, energyMeV: 67 }, stop: { events: 5, seconds: 60 } }
`;

/** Strikes on one board for as long as anybody likes. */
export const long = `campaign: long
rig: ${emulatedRig}
blocks:
  - { kind: injection, dut: cpu-f32, workload: gemm, target: weights, stop: { strikes: 1000000 } }
`;

export function campaignFile(folder: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "campaign.yaml");
  writeFileSync(path, text);
  return path;
}
