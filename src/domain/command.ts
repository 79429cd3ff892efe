/** What an operator may ask of a running campaign, at the keyboard or from another process. */
export type CommandVerb = "pause" | "resume" | "stop" | "abort";
export const commandVerbs = ["pause", "resume", "stop", "abort"] as const satisfies readonly CommandVerb[];

export interface Command {
  readonly verb: CommandVerb;
  /** Who asked: `keyboard`, `signal`, or the name given to `radrig control`. */
  readonly by: string;
}
