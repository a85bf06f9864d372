/** Groups of events of several PMUs, one of which has to wait for its leader's next turn: which of them count? */
import type { RandomStream } from '../../sim/random.ts';
import type { Step, Value } from '../../test/conformance/cases.ts';

const CONFIGS = ['CPU_CLOCK', 'TASK_CLOCK', 'PAGE_FAULTS', 'PAGE_FAULTS', 'PAGE_FAULTS_MIN', 'DUMMY'];
const EVENTS = ['a', 'b', 'c', 'd'];

export function randomGroup(dice: RandomStream): Step[] {
  const chance = (probability: number): boolean => dice.unit() < probability;
  const steps: (Record<string, Value> & { op: string })[] = [];
  const open = (as: string, made: readonly string[]): void => {
    const attr: Record<string, Value> = { type: 'SOFTWARE', config: dice.pick(CONFIGS), exclude_kernel: 1 };
    if (chance(0.5)) attr['disabled'] = 1;
    if (made.length === 0 && chance(0.2)) attr['pinned'] = 1;
    steps.push({ op: 'perf_event_open', as, attr, pid: 'self', cpu: -1, group_fd: made.length > 0 && chance(0.7) ? made[0] : -1, flags: 0 });
  };
  const act = (made: readonly string[]): void => {
    const ev = dice.pick(made);
    if (chance(0.5)) steps.push({ op: 'ioctl', ev, cmd: dice.pick(['ENABLE', 'ENABLE', 'DISABLE']), arg: dice.below(2) });
    else if (chance(0.2)) steps.push({ op: 'sleep', ms: 1 });
    else if (chance(0.1) && made.length > 1) steps.push({ op: 'prctl', name: dice.pick(['PR_TASK_PERF_EVENTS_DISABLE', 'PR_TASK_PERF_EVENTS_ENABLE']) });
    else steps.push({ op: 'fault_and_read_growth', task: 'self', n: 2, ev });
  };
  const wanted = EVENTS.slice(0, 2 + dice.below(3));
  wanted.forEach((as, i) => {
    open(as, wanted.slice(0, i));
    while (chance(0.5)) act(wanted.slice(0, i + 1));
  });
  for (let n = 2 + dice.below(5); n > 0; n--) act(wanted);
  for (const ev of wanted) steps.push({ op: 'fault_and_read_growth', task: 'self', n: 2, ev });
  return steps.map((step, i) => ({ ...step, i }));
}
