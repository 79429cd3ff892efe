/** Outputs of one block's tile: every one of these rows in every one of these columns; null: anything, of any block. */
export type Cells = { readonly rows: readonly number[]; readonly columns: readonly number[] } | null;

/** What a strike on a register of a thread can reach, by the thread's number in its block. */
export type RegisterReach = (thread: number) => Cells;

/** Gives registers of a kernel their numbers, and keeps what each is for. */
export interface Registers {
  /** `count` in a row; `reach` is told which of them. */
  take(count: number, reach: (which: number, thread: number) => Cells): readonly string[];
  one(reach: RegisterReach): string;
  /** Of a register by its number; one that no one took reaches nothing: it is not read. */
  readonly reach: (register: number, thread: number) => Cells;
}

export const nothing: Cells = { rows: [], columns: [] };

/** An address that is written to, or what one is made of. */
export const anything: RegisterReach = () => null;

export function createRegisters(): Registers {
  const reaches: RegisterReach[] = [];
  const take: Registers["take"] = (count, reach) =>
    Array.from({ length: count }, (_, which) => {
      reaches.push((thread) => reach(which, thread));
      return `r${reaches.length - 1}`;
    });
  return {
    take,
    one: (reach) => take(1, (_, thread) => reach(thread))[0]!,
    reach: (register, thread) => {
      const reach = reaches[register];
      return reach === undefined ? nothing : reach(thread);
    },
  };
}
