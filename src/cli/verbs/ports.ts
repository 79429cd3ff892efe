import type { Command } from "commander";
import type { Output } from "../output.ts";
import { columns } from "../output.ts";

export function addPorts(program: Command, output: Output): void {
  program
    .command("ports")
    .summary("list the serial ports of this machine")
    .description(
      "List the serial ports with what identifies them in a rig file: the USB serial number is the most stable, then the\nphysical socket (byPath), then the kind of adapter (vidPid). A device file's name may be another port's after a re-plug.",
    )
    .option("--json", "print the list as JSON")
    .addHelpText("after", "\nExample:\n  radrig ports --json")
    .action(async (options: { readonly json?: true }) => {
      const { listPorts } = await import("../../link/serial-identity.ts");
      const ports = await listPorts();
      if (options.json) output.data(JSON.stringify(ports));
      else if (ports.length === 0)
        output.say(
          "no serial port: plug a board in; in a container, hand the device through (--device /dev/ttyUSB0)",
        );
      else
        output.data(
          columns([
            ["PATH", "USB SERIAL", "VID:PID", "BY PATH", "MAKER"],
            ...ports.map(({ path, usbSerial, vidPid, byPath, maker }) => [
              path,
              usbSerial ?? "-",
              vidPid ?? "-",
              byPath ?? "-",
              maker ?? "-",
            ]),
          ]),
        );
    });
}
