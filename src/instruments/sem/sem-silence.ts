import type { SemFamily } from "../address/sem-address.ts";
import type { SemReports } from "./sem-reports.ts";

/** What it usually means when this controller does not answer, and how to mend it. `heard`: bytes since the port was opened. */
export function silenceHint(family: SemFamily, heard: number, reports: SemReports): string {
  if (reports.halted) return "it has halted (HLT): reconfigure the FPGA";
  if (reports.initializing !== null) {
    const last = reports.initializing === "begun" ? "its banner" : `'${reports.initializing}'`;
    return `its initialization stopped after ${last}, the stage that did not come is the one that hangs: look at the clock and at who else uses the configuration port, then reconfigure the FPGA`;
  }
  if (heard > 0 && reports.prompts === 0)
    return "bytes come that make no sense: check the baud rate (V_ENABLETIME of the design) and 8-N-1";
  if (heard > 0) return "it answered before: is the FPGA still configured and the cable in place?";
  return family === "x7"
    ? "nothing came at all: check cable and baud rate; an FPGA that is configured and says nothing waits for its configuration port: grant it (icap_grant; on a Zynq-7000 clear PCAP_PR, bit 27 of 0xF8007000)"
    : "nothing came at all: check cable and baud rate; an FPGA that is configured and says nothing waits for its configuration port: grant it (cap_gnt)";
}
