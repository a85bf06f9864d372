/**
 * Code that driven processes run when nobody says which.
 *
 * Reference: none; the addresses are those of a small program without ASLR.
 * Not modelled: anything that the code does.
 */
import { KERNEL_TEXT, location } from '../../pmu/location.ts';

/** A loop that does next to nothing. */
export const USER_LOOP = location('user', 'main', 0x40_0400, 0x40, { instructions: 1, branches: 0.2 });
/** Where a task waits to be told what to do. No time passes there, unless other tasks use it. */
export const USER_WAIT = location('user', 'wait', 0x40_0480, 0x20, { instructions: 1, branches: 0.2 });
/** The kernel on behalf of the process: faults from here are the kernel's. */
export const KERNEL_COPY = location('kernel', 'copy_user_generic', KERNEL_TEXT + 0x2b_4a00, 0x40, { instructions: 1 });
