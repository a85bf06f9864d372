/** Exit statuses that several files know, by the convention of Unix tools. */
export const BAD_INPUT = 2;
/** Whoever read our output has gone, as `head` does: 128 and the number of SIGPIPE, which ends other programs then. */
export const BROKEN_PIPE = 141;
