/**
 * Error numbers of Linux. System calls return them negated.
 *
 * Reference: include/uapi/asm-generic/errno-base.h and errno.h.
 * Not modelled: errors that perf cannot cause.
 */
export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const EIO = 5;
export const E2BIG = 7;
export const EBADF = 9;
export const ECHILD = 10;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const EMFILE = 24;
export const ENOTTY = 25;
export const ENOSPC = 28;
export const ESPIPE = 29;
export const EOPNOTSUPP = 95;
export const EOVERFLOW = 75;

/** Names by number, for messages: `errnoName(-22)` is `EINVAL`. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries({
    EPERM, ENOENT, ESRCH, EINTR, EIO, E2BIG, EBADF, ECHILD, EAGAIN, ENOMEM, EACCES, EFAULT, EBUSY, EEXIST, ENODEV, EINVAL,
    EMFILE, ENOTTY, ENOSPC, ESPIPE, EOPNOTSUPP, EOVERFLOW,
  }).map(([name, number]) => [number, name]),
);

export function errnoName(result: number): string {
  return NAMES.get(Math.abs(result)) ?? `errno ${Math.abs(result)}`;
}
