/** Of the records' shapes. 2: several rails a board, thermal steps, injectors that say what they saw, faults of the bench. 3: manners and words of a strike, error counters, evidence of detectors. */
export const recordVersion = 3;
