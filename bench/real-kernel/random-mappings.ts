/** Mappings of an ordinary user, whose pages are counted: how many buffers may it have, and what may be done to one? */
import type { RandomStream } from '../../sim/random.ts';
import type { Step, Value } from '../../test/conformance/cases.ts';

const EVENTS = ['a', 'b', 'c', 'd'];
/** Data pages; 258 are what perf grants on two CPUs, control pages included. */
const PAGES = [0, 1, 1, 2, 8, 64, 128, 128, 256, 512];
const FIRST_UID = 70_000;

let uid = FIRST_UID;

export function randomMappings(dice: RandomStream): Step[] {
  const chance = (probability: number): boolean => dice.unit() < probability;
  const steps: (Record<string, Value> & { op: string })[] = [];
  if (chance(0.7)) steps.push({ op: 'setrlimit', RLIMIT_MEMLOCK: dice.pick([0, 4096, 65_536, 1_000_000, 8_388_608]) });
  // Another user each time: what one has left locked is the next one's otherwise.
  if (chance(0.8)) steps.push({ op: 'drop_privileges', uid: uid++ });
  // Parts of a mapping are data pages, which then all have: behind a buffer without them is memory of somebody else.
  const inParts = chance(0.6);
  const pages = PAGES.filter((n) => !inParts || n > 0);
  const made: string[] = [];
  const open = (): void => {
    const as = EVENTS[made.length];
    if (as === undefined) return;
    steps.push({
      op: 'perf_event_open', as, attr: { type: 'SOFTWARE', config: 'PAGE_FAULTS', exclude_kernel: 1, sample_period: 1, sample_type: ['IP'], inherit: chance(0.1) ? 1 : 0 },
      pid: 'self', cpu: chance(0.1) ? 0 : -1, group_fd: -1, flags: 0,
    });
    made.push(as);
  };
  const mapped = new Set<string>();
  const act = (): void => {
    const ev = dice.pick(made);
    const kind = dice.below(10);
    if (kind < 5) {
      mapped.add(ev);
      steps.push({ op: 'mmap', ev, data_pages: dice.pick(pages), prot: chance(0.15) ? dice.pick(['READ', 'READ|WRITE|EXEC', 'WRITE']) : 'READ|WRITE', flags: chance(0.05) ? 'PRIVATE' : 'SHARED', offset: chance(0.05) ? 4096 : 0 });
    } else if (kind < 7) steps.push({ op: 'ioctl', ev, cmd: 'SET_OUTPUT', arg: dice.pick([-1, ...made]) });
    else if (kind < 8 && inParts && mapped.has(ev)) steps.push({ op: dice.pick(['mprotect_part', 'munmap_part']), ev, which: dice.pick(['control page', 'first data page', 'last data page']), prot: 'NONE' });
    else if (kind < 9 && mapped.has(ev)) steps.push({ op: 'mremap', ev, data_pages: dice.pick(inParts ? [1, 2, 8, 16] : [0, 1, 2, 8, 16]) });
    else if (mapped.has(ev)) {
      mapped.delete(ev);
      steps.push({ op: 'munmap', ev });
    }
  };
  open();
  for (let n = 4 + dice.below(14); n > 0; n--) (chance(0.25) ? open : act)();
  return steps.map((step, i) => ({ ...step, i }));
}
