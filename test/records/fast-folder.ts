import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Where a test opens and syncs thousands of files: in memory where the system has a place for that. */
export const fastFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
