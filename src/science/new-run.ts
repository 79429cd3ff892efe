import type { RunStart } from "../domain/records.ts";
import { nothingDetected } from "./detection.ts";
import { noErrors } from "./ecc.ts";
import { createIdSet } from "./id-set.ts";
import { newTimeline } from "./live-time.ts";
import { noLateEvents } from "./late-events.ts";
import { noSeverity } from "./severity.ts";
import type { RunTally } from "./state.ts";
import { neverThrottled } from "./under-throttle.ts";

/** A run of which its start alone is known. */
export function newRun(record: RunStart): RunTally {
  const none = { primary: 0, repeat: 0 };
  const unchecked = { passed: 0, failed: 0 };
  return {
    number: record.run,
    start: record,
    segments: 0,
    open: true,
    cut: false,
    end: null,
    lastNs: record.tNs,
    timeline: newTimeline(),
    unwellSinceNs: null,
    lastGoodNs: record.tNs,
    struck: createIdSet(),
    unknownStrikes: 0,
    outcomes: {
      masked: none,
      sdcTolerable: none,
      sdcCritical: none,
      dueDetected: none,
      dueCrash: none,
      dueHang: none,
      unattributed: none,
    },
    beamEvents: createIdSet(),
    doubled: 0,
    weighted: false,
    corrected: 0,
    severity: noSeverity,
    detection: nothingDetected,
    ecc: noErrors(),
    iterations: { total: 0, clean: 0, computeSeconds: 0 },
    effects: {},
    checks: { self_check: unchecked, golden: unchecked, functional: unchecked },
    confirmedOnly: false,
    rungs: 0,
    unexpectedBoots: 0,
    eventsLostAtMost: 0,
    link: { frames: 0, garbled: 0, lost: 0, bytesDropped: 0 },
    die: { samples: 0, sumC: 0, minC: Infinity, maxC: -Infinity },
    throttled: false,
    latchUpUnseen: false,
    underThrottle: neverThrottled,
    beam: null,
    fluenceTakenPerCm2: 0,
    counterRelUncertainty1Sigma: null,
    counterGapSeconds: 0,
    late: noLateEvents(),
  };
}
