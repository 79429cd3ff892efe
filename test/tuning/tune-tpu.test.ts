import { expect, test } from "vitest";
import { tpuV6eLike } from "../../src/emulator/devices/tpu-v6e-like.ts";
import { crossSectionOf, referenceStudy } from "./reference.ts";
import { at67MeV, loadOnTpu } from "./tpu-chip.ts";
import { perRadCm2, tunedWorkload } from "./tune-tpu.ts";

test("the preset shows GEMM what the beam showed: a slice of the study that tuned it, with other strikes", () => {
  // On-die memories have no part in these three (they are corrected): left out to save time.
  const seen = (target: string): boolean => !/^(unified-buffer|accumulators|weight-fifo)/.test(target);
  const shares = referenceStudy(() => loadOnTpu(tunedWorkload), at67MeV(tpuV6eLike), 200, 5, seen);
  const within = (low: number, high: number, { cm2, errorCm2 }: { cm2: number; errorCm2: number }): void => {
    expect(cm2).toBeGreaterThan(low - 2 * errorCm2);
    expect(cm2).toBeLessThan(high + 2 * errorCm2);
    expect(errorCm2).toBeLessThan(0.2 * cm2);
  };
  within(perRadCm2 / 20, perRadCm2 / 14.4, crossSectionOf(shares, "sdc"));
  // 203 events at 44 rad(Si) an event: 176 to 233 would have been as likely as not (Garwood, 95 %).
  const hbm = shares.filter(({ source }) => source.startsWith("hbm"));
  within(
    ((perRadCm2 / 44) * 176) / 203,
    ((perRadCm2 / 44) * 233) / 203,
    crossSectionOf(hbm, "hbmUncorrectable"),
  );
  within(2.0e-11, 2.6e-11, crossSectionOf(shares, "restarted"));
}, 120_000);
