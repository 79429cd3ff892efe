/** Who watched over a board while a process ran, and what became of it while none did. Parts of records. */

/** A board that nobody watched from the last record of one process to the first of the next. */
export interface LeftPowered {
  readonly dut: string;
  /** null: nothing on this bench measures or remembers it. */
  readonly seconds: number | null;
  readonly detail: string;
}

/** Who cuts the rails when this process falls silent; one record a process, on a bench of real ports that has rails. */
export interface GuardRec {
  readonly tNs: number;
  readonly type: "guard";
  /** Its stated time; null: nobody does. */
  readonly afterSeconds: number | null;
  readonly detail: string;
}
