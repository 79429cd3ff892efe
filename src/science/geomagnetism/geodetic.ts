/** km: the unit of length of the field, Re. */
export const earthRadiusKm = 6371.2;

/** WGS84 (NIMA TR8350.2): the half axis, km, and the flattening. */
const halfAxisKm = 6378.137;
const flattening = 1 / 298.257223563;

/** Geocentric, rotating with the Earth, in Earth radii of 6,371.2 km: x to longitude 0, z to the north pole. */
export type Place = readonly [x: number, y: number, z: number];

export function placeOf(latitudeDeg: number, longitudeDeg: number, altitudeKm: number): Place {
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
