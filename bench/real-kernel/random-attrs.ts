/** Events that perf_event_open is asked for, most of which it refuses: which error comes first? */
import type { RandomStream } from '../../sim/random.ts';
import { ATTR_FLAGS, type AttrFlag } from '../../kernel/index.ts';
import type { Fields, Step, Value } from '../../test/conformance/cases.ts';

/** Odd values of each field; a field is left alone unless chance says otherwise. */
const FIELDS: Readonly<Record<string, readonly Value[]>> = {
  type: [0, 2, 3, 4, 5, 6, 7, 10, 100, 4_294_967_295],
  config: [0, 1, 2, 6, 8, 10, 11, 12, 13, 100, '4294967296', '4294967298', '18446744073709551615'],
  sample_period: [0, 2, 100, '4294967296', '9223372036854775807', '9223372036854775808', '18446744073709551615'],
  precise_ip: [1, 2, 3],
  wakeup_events: [1, 4096, 4_294_967_295],
  bp_type: [1, 2, 3, 4, 7, 8],
  config1: [1, 4, 4096, '140737488351232', '18446744071562067968'],
  config2: [1, 2, 3, 4, 8, 16],
  branch_sample_type: [1, 7, 8, 9, 16, 1 << 20, '9223372036854775808'],
  sample_regs_user: [1, 256, 0x1000, 0xff_0fff, '4294967296', '9223372036854775808'],
  sample_regs_intr: [1, 256, 0x1000, 0xff_0fff, '4294967296', '9223372036854775808'],
  sample_stack_user: [1, 8, 64, 65_528, 65_535, 65_536],
  clockid: [1, 2, 4, 7, 11, 12, 99, -1],
  aux_watermark: [1, 4096],
  sample_max_stack: [1, 127, 128, 65_535],
  aux_sample_size: [1, 64, 65_536],
  sig_data: [1],
  config3: [1],
  size: [0, 1, 63, 64, 65, 72, 100, 112, 120, 128, 135, 136, 137, 144, 4096, 4097],
};
const FLAGS = (Object.keys(ATTR_FLAGS) as AttrFlag[]).filter((flag) => flag !== 'exclude_kernel' && flag !== 'freq');
const SAMPLE_BITS = [...Array.from({ length: 25 }, (_, bit) => bit), 25, 31, 32, 63];
const FORMAT_BITS = [0, 1, 2, 3, 4, 5, 31, 63];
const CONFIGS = ['PAGE_FAULTS', 'DUMMY', 'CPU_CLOCK', 'TASK_CLOCK', 'CONTEXT_SWITCHES'];
const BASE: Fields = { type: 'SOFTWARE', config: 'DUMMY', disabled: 1, exclude_kernel: 1 };
const LEADERS: readonly Fields[] = [
  BASE, { ...BASE, inherit: 1 }, { ...BASE, config: 'CPU_CLOCK', sample_period: 1_000_000 }, { ...BASE, use_clockid: 1, clockid: 1 },
  { ...BASE, write_backward: 1 }, { ...BASE, pinned: 1, read_format: ['GROUP'] }, { ...BASE, exclusive: 1 },
];

const bitNames = (bits: readonly number[]): string[] => bits.map((bit) => `bit${bit}`);

/** Attrs differ from a good one in few fields (`density` of them), so that no error hides all others. */
function randomAttr(dice: RandomStream, density: number): Fields {
  const rarely = <T>(list: readonly T[]): T[] => list.filter(() => dice.unit() < density);
  const attr: Record<string, Value> = { ...BASE, config: dice.pick(CONFIGS), sample_period: dice.below(2), sample_type: bitNames(rarely(SAMPLE_BITS)), read_format: bitNames(rarely(FORMAT_BITS)) };
  for (const flag of rarely(FLAGS)) attr[flag] = 1;
  for (const field of rarely(Object.keys(FIELDS))) attr[field] = dice.pick(FIELDS[field]);
  if (dice.unit() < density) attr['exclude_kernel'] = 0;
  if (dice.unit() < density) Object.assign(attr, { freq: 1, sample_freq: dice.pick([0, 1, 100_000, 100_001, '4294967296']) });
  return attr;
}

/** An event, mostly with somebody's group to join; the target, the CPU and the flags may be odd too. */
export function randomOpening(dice: RandomStream): Step[] {
  const odd = (usual: Value, others: readonly Value[]): Value => (dice.unit() < 0.85 ? usual : dice.pick(others));
  const pid = odd('self', [-1, -2, 't1', 't2', 999_999, 'self_by_pid']);
  const cpu = odd(-1, [0, 1, -2, 64]);
  const steps: Omit<Step, 'i'>[] = [{ op: 'spawn_task', as: 't1' }, { op: 'spawn_task', as: 't2' }];
  if (dice.unit() < 0.1) steps.push({ op: 'exit_task', task: 't2', code: 0, reap: true });
  if (dice.unit() < 0.1) steps.push({ op: 'drop_privileges', uid: 65_534 });
  const grouped = dice.unit() < 0.6;
  if (grouped) steps.push({ op: 'perf_event_open', as: 'leader', attr: dice.pick(LEADERS), pid: 'self', cpu: -1, group_fd: -1, flags: 0 });
  if (grouped && dice.unit() < 0.4) steps.push({ op: 'mmap', ev: 'leader', data_pages: 1, prot: 'READ|WRITE', flags: 'SHARED', offset: 0 });
  steps.push({
    op: 'perf_event_open', as: 'a', attr: randomAttr(dice, dice.pick([0.01, 0.03, 0.08])), pid, cpu,
    group_fd: odd(grouped ? 'leader' : -1, [-2, 99]), flags: odd(0, [1, 2, 3, 4, 8, 16, 255]),
  });
  return steps.map((step, i) => ({ ...step, i }) as Step);
}
