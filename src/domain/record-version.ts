/** Of the records' shapes. 2: several rails a board, thermal steps, injectors that say what they saw, faults of the bench. */
export const recordVersion = 2;
