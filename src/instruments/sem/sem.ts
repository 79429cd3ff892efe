import type { Driver, DriverSettings } from "../driver.ts";
import { SemInjector } from "./sem-injector.ts";
import { semSchema } from "./sem-settings.ts";
import type { SemSettings } from "./sem-settings.ts";

/** AMD/Xilinx Soft Error Mitigation controllers over their UART (PG036, PG187). */
export const semDriver: Driver<"injector"> = {
  protocol: "sem",
  kind: "injector",
  title: "AMD/Xilinx SEM controller, 7-series, UltraScale, UltraScale+",
  schema: semSchema,
  open: (port, settings, clock) => new SemInjector(port, settings as DriverSettings & SemSettings, clock),
};
