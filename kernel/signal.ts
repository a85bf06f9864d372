/**
 * Signals, sent and received: those below the real-time ones are pending once, the others queue; a blocked one waits.
 *
 * Reference: __send_signal, dequeue_signal and sigprocmask of kernel/signal.c; send_sigio_to_task of fs/fcntl.c.
 * Not modelled: default actions, ignored signals, masks of handlers; who may send to whom.
 */
import { EINVAL, SIGRTMIN, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, SI_KERNEL } from './abi/index.ts';
import { InheritCode } from './inherit.ts';
import { READ_ONCE, WRITE_ONCE, atomic_add_return } from './primitives.ts';
import type { SigInfo, TaskStruct } from './structs/index.ts';

export abstract class SignalCode extends InheritCode {
  /** Queues `signal` for `task`; whoever sleeps interruptibly must then be woken. */
  signal_pending_add(task: TaskStruct, signal: number, details: Partial<SigInfo> = {}): void {
    const info: SigInfo = { si_signo: signal, si_code: SI_KERNEL, si_fd: -1, si_band: 0, ...details };
    if (task.blocked.includes(signal)) {
      const queues = signal >= SIGRTMIN || !task.blocked_sigqueue.some(({ si_signo }) => si_signo === signal);
      if (queues) task.blocked_sigqueue = [...task.blocked_sigqueue, info];
      return;
    }
    const bit = 2 ** signal;
    const isPending = Math.floor(READ_ONCE(task.pending_signals) / bit) % 2 === 1;
    if (!isPending) atomic_add_return(task.pending_signals, bit);
    if (isPending && signal < SIGRTMIN) return;
    task.sigqueue = [...task.sigqueue, info];
  }

  /** Takes all pending signals, lowest number first: what a return to user mode delivers. */
  dequeue_signals(task: TaskStruct): readonly SigInfo[] {
    const { sigqueue } = task;
    task.sigqueue = [];
    WRITE_ONCE(task.pending_signals, 0);
    return [...sigqueue].sort((a, b) => a.si_signo - b.si_signo);
  }

  /** sigprocmask(2): what is unblocked and has been sent meanwhile is delivered at once. */
  sys_sigprocmask(how: number, signals: readonly number[]): number {
    const task = this.current()!;
    const { blocked, blocked_sigqueue } = task;
    if (how === SIG_BLOCK) task.blocked = [...new Set([...blocked, ...signals])];
    else if (how === SIG_UNBLOCK) task.blocked = blocked.filter((signal) => !signals.includes(signal));
    else if (how === SIG_SETMASK) task.blocked = signals;
    else return -EINVAL;
    const isBlocked = ({ si_signo }: SigInfo): boolean => task.blocked.includes(si_signo);
    task.blocked_sigqueue = blocked_sigqueue.filter(isBlocked);
    for (const info of blocked_sigqueue) if (!isBlocked(info)) this.signal_pending_add(task, info.si_signo, info);
    return 0;
  }
}
