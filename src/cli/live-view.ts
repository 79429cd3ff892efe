import { canvasOf, LiveLines } from "../report/terminal.ts";
import type { Screen } from "../report/terminal.ts";
import { beginning, progressLine, progressLines } from "../report/progress.ts";
import type { Beginning, Surrounding } from "../report/progress.ts";
import type { CampaignState } from "../science/state.ts";

/**
 * What a person sees while a campaign runs: on a terminal a few lines drawn again and again, elsewhere a plain line every
 * now and then. It lives on wall time, is asked after every batch, and draws only when it is due.
 */
export interface LiveView {
  /** Called after every durable batch. */
  update(state: CampaignState, around: Pick<Surrounding, "savedBytes" | "influx">): void;
  /** Takes the lines away. */
  close(): void;
}

const drawEveryMs = 200;
const sayEveryMs = 5_000;

export function liveView(
  screen: Screen,
  environment: Readonly<Record<string, string | undefined>>,
  nowMs: () => number,
): LiveView {
  const canvas = canvasOf(screen, environment);
  const lines = new LiveLines(screen);
  const beganMs = nowMs();
  let dueMs = beganMs + (canvas.marks ? 0 : sayEveryMs);
  let began: Beginning | null = null;
  return {
    update: (state, around) => {
      began ??= beginning(state);
      const now = nowMs();
      if (now < dueMs) return;
      const surrounding = { ...around, began, elapsedSeconds: (now - beganMs) / 1000 };
      if (canvas.marks) lines.show(progressLines(state, surrounding, canvas));
      else screen.write(`${progressLine(state, surrounding)}\n`);
      dueMs = nowMs() + (canvas.marks ? drawEveryMs : sayEveryMs);
    },
    close: () => lines.clear(),
  };
}
