/** Exit statuses that several files know, by the convention of Unix tools. */
export const BAD_INPUT = 2;
