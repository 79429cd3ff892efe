import type { Bench, Dut, Station } from "../../src/domain/capabilities.ts";

/** The same bench with some verbs of each board, or some of its equipment, replaced. */
export function withDut(
  bench: Bench,
  change: (real: Dut) => Partial<Dut>,
  equip: (real: Station) => Partial<Station> = () => ({}),
): Bench {
  const stations = new Map(
    [...bench.stations].map(([name, station]): [string, Station] => [
      name,
      { ...station, dut: { ...verbsOf(station.dut), ...change(station.dut) }, ...equip(station) },
    ]),
  );
  return {
    name: bench.name,
    stations,
    othersAlive: (dut) => bench.othersAlive(dut),
    faults: bench.faults,
    close: () => bench.close(),
  };
}

function verbsOf(dut: Dut): Dut {
  return {
    name: dut.name,
    identify: (signal) => dut.identify(signal),
    load: (request, struck) => dut.load(request, struck),
    makeGolden: (times) => dut.makeGolden(times),
    checkGolden: () => dut.checkGolden(),
    arm: (strike) => dut.arm(strike),
    run: (first, iterations, strikes) => dut.run(first, iterations, strikes),
    runToError: (first) => dut.runToError(first),
    stop: () => dut.stop(),
    refresh: (what) => dut.refresh(what),
    readBack: () => dut.readBack(),
    reset: () => dut.reset(),
    acknowledge: (bootId, event) => dut.acknowledge(bootId, event),
    nextEvent: (deadlineMs, signal) => dut.nextEvent(deadlineMs, signal),
    linkTotals: () => dut.linkTotals(),
  };
}
