/**
 * What a real 6.18 kernel answered, replayed on v3.2: a case counts if its notes say that v3.2 answers alike, or nothing.
 * Where it answers otherwise although they do not, the reason stands here.
 */
import { describe, expect, test } from '@jest/globals';
import { CASES, answersAlike } from './cases.ts';
import { V3_2WithIdentifier } from './world.ts';
import { outcome, type Outcome } from './compare.ts';

/** Cases in which v3.2 differs although their notes do not say so, and why. */
const DIFFERS: Record<string, string> = {
  'samepmu.enable_flag_group': 'v3.2 applies a group ioctl to the leader, once for each sibling (section 2.6)',
  'so.flag_fd_output': 'in v3.2 the flag fails for a task on all CPUs: the new event has no context yet that could be compared',
  'so.flag_fd_output_no_group': 'the same',
  'so.record_order_four_events': 'v3.2 fires software events in the order of enabling, last first, not of creation',
  'cap.2ev_p2': 'the same order',
  'cap.4ev_p1': 'the same order',
  'cap.4ev_p8': 'the same order',
  'layout.READ_group_all': 'its samples have the LOST field of v6.0',
  'lost.in_sample_read': 'the same field',
  'layout.order_variable': 'bits of sample_type that v3.2 does not know (EINVAL)',
  'layout.kernel_mode': 'a field of attr that v3.2 does not know (E2BIG)',
  'side.no_task_bit': 'v3.2 reports an exit once for each PMU context of the CPU (section 2.5), and once for the context the task has not',
  'side.fork_exit_trailer': 'the same',
  'period.open_errors': 'the check of bit 63 of sample_period came with v3.15',
  'period.errors': 'the same check',
  'group.errors': 'v4.0 made a group one of one CPU, and inherited as a whole',
  'read.ids': 'PERF_EVENT_IOC_ID came with v3.12',
  'fork.mapping_not_copied': 'a forked child has the mapping until v3.10',
  'open.attr_size': 'the size that v3.2 writes back is its own',
  'open.attr_size_nonzero_tail': 'the same',
  'open.misc_attr': 'its attrs have fields that v3.2 does not know (E2BIG)',
  'mmap.prot_exec': 'event files may be mapped for execution until v6.17',
  'priv.misc': 'fields of attr and bits of sample_type that v3.2 does not know',
  'time.period_field': 'samples of a clock by frequency tell of their period since v3.10, and of 1 before',
  'priv.mlock_second_mapping': 'v3.2 charges a buffer once',
};

/** Fewer would mean that the replay has gone blind. */
const COVERED_AT_LEAST = 270;

const subjects = CASES.filter(answersAlike);
const outcomes = new Map<string, Outcome>(subjects.map((subject) => [subject.id, outcome(subject, V3_2WithIdentifier)]));
const areas = [...new Set(subjects.map(({ area }) => area))];
const differing = (ids: readonly string[]): string[] =>
  ids.flatMap((id) => {
    const result = outcomes.get(id)!;
    return result.kind === 'alike' || id in DIFFERS ? [] : [`${id} (${result.kind}): ${result.why}`];
  });

(CASES.length === 0 ? describe.skip : describe)('v3.2 answers as the measured kernel', () => {
  test.each(areas)('in the area %s', (area) => {
    expect(differing(subjects.filter((subject) => subject.area === area).map(({ id }) => id))).toEqual([]);
  });

  test('in more than a few cases', () => {
    const alike = [...outcomes.values()].filter(({ kind }) => kind === 'alike').length;
    expect(alike).toBeGreaterThanOrEqual(Math.min(COVERED_AT_LEAST, Math.floor(subjects.length * 0.9)));
  });

  test('and differs where the list of differences says so, in no other', () => {
    const listed = Object.keys(DIFFERS).filter((id) => outcomes.has(id));
    expect(listed.filter((id) => outcomes.get(id)!.kind === 'alike')).toEqual([]);
  });
});
