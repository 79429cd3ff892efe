/**
 * Ions heavier than nickel, as shares of iron at the same energy per nucleon: read at 1 GeV per nucleon from CREME96's flux of 1977 behind
 * no shield (800 km, 90°; file q800a90i.FLX of PRBEM/IRBEM-extras, MIT, The Aerospace Corporation 2022). They are a ten-thousandth
 * of iron, yet above 30 MeV·cm²/mg there is little else: without them a threshold there would never be passed. Odd charges above 41 are left out:
 * a sixth of what lies above it.
 */
const ofIron: readonly (readonly [z: number, share: number])[] = [
  [29, 6.9e-4],
  [30, 8.8e-4],
  [31, 6.6e-5],
  [32, 1.4e-4],
  [33, 9e-6],
  [34, 5.3e-5],
  [35, 1e-5],
  [36, 2.8e-5],
  [37, 9e-6],
  [38, 3e-5],
  [39, 6.6e-6],
  [40, 1.6e-5],
  [41, 3e-6],
  [42, 8.3e-6],
  [44, 3.2e-6],
  [46, 4.7e-6],
  [48, 4.1e-6],
  [50, 4.9e-6],
  [52, 6e-6],
  [54, 2.8e-6],
  [56, 7e-6],
  [58, 1.9e-6],
  [60, 1.7e-6],
  [62, 1.9e-6],
  [64, 1.5e-6],
  [66, 1.5e-6],
  [70, 9.3e-7],
  [74, 8.5e-7],
  [76, 1.3e-6],
  [78, 1.6e-6],
  [80, 5.2e-7],
  [82, 1.5e-6],
  [90, 8.6e-8],
  [92, 5.2e-8],
];

/** Charge and share of iron's flux, rising in charge. */
export const beyondNickel: readonly { readonly z: number; readonly ofIron: number }[] = ofIron.map(
  ([z, share]) => ({
    z,
    ofIron: share,
  }),
);
