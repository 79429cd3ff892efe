import type { EndReason } from "./outcome.ts";

/** Why a campaign is ended at once from outside itself, as the reason of its abort signal; without one an operator ended it. */
export class EndedBy {
  readonly endReason: EndReason;
  readonly detail: string;
  constructor(endReason: EndReason, detail: string) {
    this.endReason = endReason;
    this.detail = detail;
  }
}

/** null: it goes on, or an operator ended it. */
export function endedBy(signal: AbortSignal): Pick<EndedBy, "endReason" | "detail"> | null {
  const reason: unknown = signal.reason;
  if (!(reason instanceof EndedBy)) return null;
  const { endReason, detail } = reason;
  return { endReason, detail };
}
