/** A circular orbit that does not repeat its ground track: an average over it is one over argument of latitude and geographic longitude alike. */
export interface CircularOrbit {
  readonly kind: "circular";
  /** Above the WGS84 ellipsoid. */
  readonly altitudeKm: number;
  readonly inclinationDeg: number;
}

/** Far outside: no cut-off, no shadow of the Earth, no trapped protons that get through a housing. */
export interface GeostationaryOrbit {
  readonly kind: "geostationary";
}

export type Orbit = CircularOrbit | GeostationaryOrbit;

/** Which of the maps of trapped particles holds; each belongs to the field of its epoch (1964 and 1970). */
export type SolarCondition = "min" | "max";
