/** km: the unit of length of the field, Re. */
export const earthRadiusKm = 6371.2;

/** WGS84 (NIMA TR8350.2): the half axis, km, and the flattening. */
const halfAxisKm = 6378.137;
const flattening = 1 / 298.257223563;

/** Geocentric, rotating with the Earth, in Earth radii of 6,371.2 km: x to longitude 0, z to the north pole. */
export type GeocentricPlace = readonly [x: number, y: number, z: number];

/** Of a geodetic place, its latitude and altitude those of the WGS84 ellipsoid. */
export function geocentricOf(latitudeDeg: number, longitudeDeg: number, altitudeKm: number): GeocentricPlace {
  const [latitude, longitude] = [(latitudeDeg * Math.PI) / 180, (longitudeDeg * Math.PI) / 180];
  const squash = (1 - flattening) ** 2;
  const curvature = halfAxisKm / Math.sqrt(Math.cos(latitude) ** 2 + squash * Math.sin(latitude) ** 2);
  const axial = ((curvature + altitudeKm) * Math.cos(latitude)) / earthRadiusKm;
  return [
    axial * Math.cos(longitude),
    axial * Math.sin(longitude),
    ((squash * curvature + altitudeKm) * Math.sin(latitude)) / earthRadiusKm,
  ];
}
