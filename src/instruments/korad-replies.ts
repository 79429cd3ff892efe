/**
 * What a Korad's answers mean: five characters without a line end, or one raw byte. Anything else is null.
 */

/** `12.34`, in V, as mV. */
export function koradMilliV(text: string): number | null {
  return /^\d\d\.\d\d$/.test(text) ? Math.round(Number(text) * 1000) : null;
}

/** `0.125`, in A, as mA. */
export function koradMilliA(text: string): number | null {
  return /^\d\.\d\d\d$/.test(text) ? Math.round(Number(text) * 1000) : null;
}

export interface KoradStatus {
  readonly raw: number;
  /** Bit 6. */
  readonly on: boolean;
  /** Bit 0: 1 is constant voltage. It means something only while the output is on. */
  readonly regulating: "voltage" | "current" | null;
  /** Bit 5: over-current protection armed; on some units the panel lock, or OCP and OVP alike (libsigrok). */
  readonly bit5: boolean;
}

/** Any byte is a status; the bits not looked at here are not to be relied on (sigrok wiki: on old units 0x40, 0x20, 0x01 alone). */
export function koradStatus(raw: number): KoradStatus {
  const on = (raw & 0x40) !== 0;
  return {
    raw,
    on,
    regulating: on ? ((raw & 0x01) !== 0 ? "voltage" : "current") : null,
    bit5: (raw & 0x20) !== 0,
  };
}

/** Volts as the device takes them, `05.00`: to the nearest 10 mV. */
export function koradVolts(milliV: number): string {
  return (Math.round(milliV / 10) / 100).toFixed(2).padStart(5, "0");
}

/** Amperes as the device takes them, `0.125`. */
export function koradAmperes(milliA: number): string {
  return (Math.round(milliA) / 1000).toFixed(3);
}
