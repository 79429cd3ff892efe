import type { EmulatedInstrument } from "./emulated.ts";
import { emulatedKorad } from "./korad.ts";
import { emulatedModbusRelay } from "./modbus-relay.ts";
import { emulatedMeCom } from "./mecom.ts";

/** Every emulated instrument there is, one for each driver. */
export const emulatedInstruments: readonly EmulatedInstrument[] = [
  emulatedKorad,
  emulatedModbusRelay,
  emulatedMeCom,
];
