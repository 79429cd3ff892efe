/** What of satellite.js is used here: SGP4 and where a position is over the Earth (WGS84). Angles are radians, lengths km, `tsince` minutes. */
declare module "satellite.js" {
  export interface SatRec {
    readonly error: number;
    /** Julian date of the elements. */
    readonly jdsatepoch: number;
    readonly inclo: number;
    readonly ecco: number;
  }
  export interface Vector {
    readonly x: number;
    readonly y: number;
    readonly z: number;
  }
  export function twoline2satrec(line1: string, line2: string): SatRec;
  export function sgp4(satrec: SatRec, tsince: number): { readonly position: Vector } | null;
  export function gstime(julianDate: number): number;
  export function eciToGeodetic(
    eci: Vector,
    gmst: number,
  ): { readonly longitude: number; readonly latitude: number; readonly height: number };
}
