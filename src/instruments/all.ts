import type { Driver } from "./driver.ts";
import { koradDriver } from "./korad.ts";
import { modbusRelayDriver } from "./modbus-relay.ts";
import { meCom } from "./mecom.ts";

/** Every driver there is. A new one is a file and a line here; the conformance suite of its kind runs over this list. */
export const drivers: readonly Driver[] = [koradDriver, modbusRelayDriver, meCom];
