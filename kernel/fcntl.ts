/**
 * fcntl(2) on a perf event: flags, and who is told by which signal.
 *
 * Reference: fs/fcntl.c (do_fcntl, setfl, f_setown) and perf_fasync of kernel/events/core.c, v3.2.
 * Not modelled: process groups as owners (negative pids); record locks, leases, duplication; O_ASYNC of pipes.
 */
import {
  EBADF, EINVAL, ESRCH, FD_CLOEXEC, F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_SETFD, F_SETFL, F_SETOWN, F_SETSIG, O_ASYNC, O_NONBLOCK, O_RDWR,
} from './abi/index.ts';
import { WRITE_ONCE } from './primitives.ts';
import type { File } from './structs/index.ts';
import { WatchdogCode } from './watchdog.ts';

/** Signals that exist. */
const NSIG = 64;

export abstract class FcntlCode extends WatchdogCode {
  sys_fcntl(fd: number, command: number, argument: number): number {
    const file = this.file_of(fd);
    if (file === null) return -EBADF;
    switch (command) {
      case F_GETFD:
        return this.current()!.files.close_on_exec.includes(fd) ? FD_CLOEXEC : 0;
      case F_SETFD:
        this.set_close_on_exec(fd, (argument & FD_CLOEXEC) !== 0);
        return 0;
      case F_GETFL:
        return O_RDWR | file.f_flags;
      case F_SETFL:
        file.f_flags = argument & (O_NONBLOCK | O_ASYNC);
        file.fasync_fd = fd;
        this.perf_fasync(file);
        return 0;
      case F_GETOWN:
        return file.f_owner?.pid ?? 0;
      case F_SETOWN:
        return this.f_setown(file, argument);
      case F_GETSIG:
        return file.f_signum;
      case F_SETSIG:
        if (argument < 0 || argument > NSIG) return -EINVAL;
        file.f_signum = argument;
        return 0;
      default:
        return -EINVAL;
    }
  }

  f_setown(file: File, pid: number): number {
    const owner = pid === 0 ? null : this.find_task(pid);
    if (pid !== 0 && owner === null) return -ESRCH;
    file.f_owner = owner;
    this.perf_fasync(file);
    return 0;
  }

  /** From now on the owner of an O_ASYNC file hears of the event's overflows; nobody else does. */
  perf_fasync(file: File): void {
    if (file.event !== null) WRITE_ONCE(file.event.fasync, file.f_flags & O_ASYNC ? file.f_owner : null);
  }
}
