import type { EmulatedInstrument } from "./emulated.ts";
import { emulatedKorad } from "./korad.ts";
import { emulatedModbusRelay } from "./modbus-relay.ts";
import { emulatedScpi } from "./scpi.ts";
import { emulatedMeCom } from "./mecom.ts";
import { emulatedKeithley6485 } from "./keithley-6485.ts";
import { emulatedFacilityLog } from "./facility-log.ts";
import { emulatedEzZone } from "./ez-zone.ts";
import { emulatedSem } from "./sem.ts";

/** Every emulated instrument there is, one for each driver. */
export const emulatedInstruments: readonly EmulatedInstrument[] = [
  emulatedKorad,
  emulatedModbusRelay,
  emulatedScpi,
  emulatedMeCom,
  emulatedKeithley6485,
  emulatedFacilityLog,
  emulatedEzZone,
  emulatedSem,
];
