/** The operations of a case on descriptors' flags and on signals. */
import {
  FD_CLOEXEC, F_GETFD, F_GETFL, F_SETFL, F_SETOWN, F_SETSIG, O_ASYNC, O_NONBLOCK, O_RDWR, SIGCHLD, SIGIO, SIGRTMIN,
  SIGTRAP, SIG_BLOCK, SIG_UNBLOCK,
} from '../../kernel/index.ts';
import { known } from './attr.ts';
import { text, type Fields, type Operation } from './cases.ts';
import { tellSignals } from './tell.ts';
import type { World } from './world.ts';

/** Nanoseconds in which the work that an interrupt has left is surely done. */
export const SETTLE_NS = 5000;
const SIGNALS: Record<string, number> = { SIGIO, SIGRTMIN };
const REAL_TIME = Array.from({ length: 31 }, (_, i) => SIGRTMIN + i);

function collectSignals({ self, fds }: World): Fields {
  self.run(SETTLE_NS);
  const taken = self.signals.splice(0).filter(({ si_signo }) => si_signo !== SIGCHLD);
  return tellSignals(taken, (fd) => [...fds].find(([, number]) => number === fd)?.[0] ?? '?');
}

function collectSigtraps({ self }: World): Fields {
  self.run(SETTLE_NS);
  const taken = self.signals.splice(0).filter(({ si_signo }) => si_signo === SIGTRAP);
  return { count: taken.length, si_code: taken[0]?.si_code ?? 0, sig_data: Number(taken[0]?.si_perf_data ?? 0n) };
}

export const SIGNAL_OPERATIONS: Record<string, Operation<World>> = {
  fasync: (world, { ev, F_SETSIG: signal }) => {
    const fd = world.fd(ev);
    // `SIGRTMIN+n` is another signal for each event.
    world.self.fcntl(fd, F_SETSIG, text(signal).startsWith('0') ? 0 : (SIGNALS[text(signal)] ?? REAL_TIME[fd % REAL_TIME.length]));
    world.self.fcntl(fd, F_SETOWN, world.self.tid);
    world.self.fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
  },
  fcntl: (world, { ev, F_SETFL: flags }) =>
    void world.self.fcntl(world.fd(ev), F_SETFL, text(known(flags, 'fcntl')).startsWith('clear') ? 0 : O_ASYNC | O_NONBLOCK),
  fcntl_getfd: (world, { ev }) => {
    const flags = world.self.fcntl(world.fd(ev), F_GETFD);
    return { ret: flags, flags, cloexec: flags === FD_CLOEXEC, FD_CLOEXEC: flags === FD_CLOEXEC };
  },
  fcntl_getfl_accmode: (world, { ev }) => {
    const accmode = world.self.fcntl(world.fd(ev), F_GETFL) % 4;
    return { ret: accmode, accmode, O_RDWR: accmode === O_RDWR };
  },
  sigprocmask: (world, { how, sig }) => {
    const signals = sig === 'SIGIO' ? [SIGIO] : sig === undefined ? [SIGIO, ...REAL_TIME] : REAL_TIME;
    world.self.sigprocmask(how === 'BLOCK' ? SIG_BLOCK : SIG_UNBLOCK, signals);
  },
  collect_signals: collectSignals,
  collect_sigtraps: collectSigtraps,
};
