/** Work that goes on beside the caller, gathered so that nothing that breaks in it is lost or unhandled. */
export interface OpenTasks {
  add(task: Promise<void>): void;
  /** Waits for all, those added meanwhile too; rejects with the first that broke. */
  done(): Promise<void>;
}

export function openTasks(): OpenTasks {
  const open = new Set<Promise<void>>();
  const broken: Error[] = [];
  return {
    add: (task) => {
      const settled = task
        .catch(
          (error: unknown) => void broken.push(error instanceof Error ? error : new Error(String(error))),
        )
        .then(() => void open.delete(settled));
      open.add(settled);
    },
    done: async () => {
      while (open.size > 0) await Promise.all(open);
      if (broken[0] !== undefined) throw broken[0];
    },
  };
}
