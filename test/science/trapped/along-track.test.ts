import { describe, expect, test } from "vitest";
import { fluxAlong, fluxAtPlaces, passesAbove } from "../../../src/science/trapped/along-track.ts";
import { mapsOfTheFolder, orbitDataIsHere } from "../maps-folder.ts";

const track = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    seconds: 10 * i,
    latitudeDeg: -60 + i,
    longitudeDeg: -40,
    altitudeKm: 600,
  }));

describe("passes above a threshold", () => {
  test("moments of crossing, peak and fluence, by hand", () => {
    // 0 → 4 in ten seconds crosses 1 at 2.5 s; 4 → 0 again at 17.5 s: two trapezia of 7.5 s × (1 + 4)/2.
    expect(passesAbove(track(4), [0, 4, 0, 0], 1)).toEqual([
      { fromSeconds: 2.5, toSeconds: 17.5, peakPerCm2Second: 4, fluencePerCm2: 37.5 },
    ]);
  });

  test("one under way at either end begins and ends with the track; none where nothing is above", () => {
    expect(passesAbove(track(4), [3, 3, 0, 5], 1)).toMatchObject([
      { fromSeconds: 0, fluencePerCm2: expect.closeTo(30 + (20 / 3) * 2, 9) as number },
      { fromSeconds: 22, toSeconds: 30, peakPerCm2Second: 5 },
    ]);
    expect(passesAbove(track(3), [1, 1, 0.5], 1)).toEqual([]);
    expect(passesAbove([], [], 1)).toEqual([]);
  });
});

if (!orbitDataIsHere) {
  test("NOT FLOWN THROUGH THE MAPS: ../shared/data/orbit is absent", () => {
    expect(orbitDataIsHere).toBe(false);
  });
} else {
  test("a track north along 40° W at 600 km passes the South Atlantic Anomaly once; one along 120° E never", () => {
    const maps = mapsOfTheFolder();
    const west = track(121);
    const [pass, ...others] = passesAbove(west, fluxAlong(west, maps, "min", "protons", 10), 10);
    expect(others).toEqual([]);
    expect(pass!.peakPerCm2Second).toBeGreaterThan(500);
    expect(pass!.toSeconds).toBeLessThan(700);
    const east = west.map((point) => ({ ...point, longitudeDeg: 120 }));
    expect(passesAbove(east, fluxAlong(east, maps, "min", "protons", 10), 10)).toEqual([]);
    const electrons = fluxAtPlaces(maps, "max", "electrons")(west[0]!, [0.5, 1]);
    expect(electrons[0]).toBeGreaterThan(electrons[1]!);
  });
}
