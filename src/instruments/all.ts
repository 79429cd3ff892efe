import type { Driver } from "./driver.ts";
import { koradDriver } from "./korad.ts";
import { modbusRelayDriver } from "./modbus-relay.ts";
import { scpiDriver } from "./scpi.ts";
import { meCom } from "./mecom.ts";
import { keithley6485 } from "./keithley-6485.ts";
import { facilityLog } from "./facility-log.ts";
import { ezZone } from "./ez-zone.ts";
import { semDriver } from "./sem/sem.ts";

/** Every driver there is. A new one is a file and a line here; the conformance suite of its kind runs over this list. */
export const drivers: readonly Driver[] = [
  koradDriver,
  modbusRelayDriver,
  scpiDriver,
  meCom,
  keithley6485,
  facilityLog,
  ezZone,
  semDriver,
];
