/**
 * fcntl(2) on a perf event: flags, and who is told by which signal.
 *
 * Reference: fs/fcntl.c (do_fcntl, setfl, f_setown) and perf_fasync of kernel/events/core.c, v3.2.
 * Not modelled: process groups as owners (negative pids); record locks, leases, duplication; O_ASYNC of pipes.
 */
import {
  EBADF, EINVAL, FD_CLOEXEC, F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_SETFD, F_SETFL, F_SETOWN, F_SETSIG, O_ASYNC, O_NONBLOCK, O_RDWR,
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
        this.setfl(fd, file, argument);
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

  /** Signals name the descriptor through which the file became O_ASYNC. */
  setfl(fd: number, file: File, flags: number): void {
    const before = file.f_flags;
    file.f_flags = flags & (O_NONBLOCK | O_ASYNC);
    if (((before ^ flags) & O_ASYNC) === 0) return;
    file.fasync_fd = fd;
    this.perf_fasync(file);
  }

  /** Nobody owns the file if there is no such task: until v4.14 that is no error. */
  f_setown(file: File, pid: number): number {
    file.f_owner = pid === 0 ? null : this.find_task(pid);
    return 0;
  }

  /** From now on overflows of the event tell the file's owner, if there is one, or no longer do. */
  perf_fasync(file: File): void {
    if (file.event !== null) WRITE_ONCE(file.event.fasync, file.f_flags & O_ASYNC ? file : null);
  }
}
