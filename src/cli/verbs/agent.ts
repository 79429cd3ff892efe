import { hostname } from "node:os";
import { Option } from "commander";
import type { Command } from "commander";
import type { Output } from "../output.ts";
import { whole } from "../whole-number.ts";

interface Options {
  readonly port: string;
  readonly baud: number;
  readonly accelerator: "cpu";
  readonly format: "f32" | "i8";
  readonly serial?: string;
  readonly clockKhz: number;
  readonly eventLog?: string;
  readonly bootsFile?: string;
}

export function addAgent(program: Command, output: Output): void {
  program
    .command("agent")
    .summary("be the board: run an accelerator's workloads for a host")
    .description(
      "Be the board: speak the firmware protocol on a port and run workloads on this machine's accelerator.\nThe same program runs on emulated boards. It ends on Ctrl-C.",
    )
    .requiredOption(
      "--port <path>",
      "serial port or pseudo-terminal, or `stdio` when a host starts this as its child",
    )
    .addOption(new Option("--accelerator <kind>", "what computes").choices(["cpu"]).makeOptionMandatory())
    .addOption(
      new Option("--format <format>", "number format of the workloads").choices(["f32", "i8"]).default("f32"),
    )
    .option("--baud <n>", "baud rate of a serial port", whole(300, 12_000_000), 115_200)
    .option("--serial <name>", "serial number to answer with (default: this machine's name)")
    .option(
      "--clock-khz <n>",
      "kernel steps a millisecond, as the maker states",
      whole(1, 0xffffffff),
      100_000,
    )
    .option("--event-log <file>", "append every acknowledged event to this file")
    .option("--boots-file <file>", "keep the count of boots in this file")
    .addHelpText("after", "\nExample:\n  radrig agent --port /dev/ttyS1 --accelerator cpu --serial BOARD-7")
    .action(async (options: Options) => {
      const [{ runBoard }, { realClock }, { openPort }, { stdioPort }, { onInterrupt }] = await Promise.all([
        import("../board-program.ts"),
        import("../clocks.ts"),
        import("../../link/open.ts"),
        import("../stdio-port.ts"),
        import("../interrupts.ts"),
      ]);
      const end = new AbortController();
      const stop = (): void => end.abort();
      const interrupts = onInterrupt(process, stop, stop);
      const once = options.port === "stdio";
      const open = once
        ? stdioPort(process.stdin, process.stdout)
        : openPort({ serial: { path: options.port, baud: options.baud } }, { memory: null });
      await runBoard(
        {
          open,
          serial: options.serial ?? token(hostname()),
          format: options.format,
          clockKHz: options.clockKhz,
          eventLog: options.eventLog ?? null,
          bootsFile: options.bootsFile ?? null,
          once,
          clock: realClock(),
          say: output.say,
        },
        end.signal,
      );
      interrupts.close();
    });
}

/** What may stand in the protocol's serial number. */
function token(name: string): string {
  return (
    name
      .replace(/[^A-Za-z0-9._-]/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 20) || "board"
  );
}
