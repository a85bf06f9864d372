/** The operations of a case on events and mappings: open, read, ioctl, mmap and what undoes it. */
import { PAGE_SIZE, PROT_EXEC, PROT_READ, PROT_WRITE, errnoName } from '../../kernel/index.ts';
import { text, type Fields, type Operation, type Step } from './cases.ts';
import { returned, tellRead } from './tell.ts';
import { bits, index, known } from './attr.ts';
import type { World } from './world.ts';

const COMMANDS = [
  'ENABLE', 'DISABLE', 'REFRESH', 'RESET', 'PERIOD', 'SET_OUTPUT', 'SET_FILTER', 'ID', 'SET_BPF', 'PAUSE_OUTPUT', 'QUERY_BPF',
  'MODIFY_ATTRIBUTES',
];
const UNKNOWN_COMMAND = 0x99;

function ioctl(world: World, { ev, cmd, arg, value }: Step): Fields {
  const fd = world.fd(ev);
  const command = text(cmd).startsWith('unknown') ? UNKNOWN_COMMAND : index(COMMANDS, cmd);
  const given = arg ?? value ?? 0;
  if (text(given).startsWith('NULL')) return returned(world.self.ioctl(fd, command, null));
  if (cmd === 'ID') return returned(world.self.ioctl(fd, command, { id: 0 }));
  if (cmd === 'PERIOD') return returned(world.self.ioctl(fd, command, BigInt(given as number | string)));
  return returned(world.self.ioctl(fd, command, typeof given === 'string' && !/^-?\d+$/.test(given) ? world.fd(given) : Number(given)));
}

function read(world: World, step: Step): Fields {
  const values = world.self.read(world.fd(step['ev']), step['buf'] === 'NULL' ? null : ((step['count'] as number | undefined) ?? 4096));
  if (typeof values === 'number') return { errno: errnoName(values) };
  const told = tellRead(values, Number(known(world.attrs.get(text(step['ev'])), step['ev']).read_format), world.names);
  const value = (told['value'] ?? 0) as number;
  return { ...told, counted_after_exec: value > 0, value_below_105: value < 105 };
}

function compareIds(world: World, step: Step): Fields {
  const ids = (step['evs'] as string[]).map((ev) => {
    const answer = { id: 0 };
    world.self.ioctl(world.fd(ev), COMMANDS.indexOf('ID'), answer);
    return answer.id;
  });
  return {
    distinct: new Set(ids).size === ids.length, increasing: ids.every((id, i) => i === 0 || id > ids[i - 1]), zero: ids.includes(0),
  };
}

function openSiblings(world: World, { leader, attr, max }: Step): Fields {
  world.self.setrlimit_nofile(2 * (max as number));
  for (let opened = 0; opened < (max as number); opened++) {
    const fd = world.open({ i: -1, op: 'perf_event_open', attr, group_fd: leader });
    if (fd < 0) return { siblings_opened: opened, errno: errnoName(fd) };
  }
  return { siblings_opened: max, errno: 'none' };
}

/** Pages of a mapping by the words of the case: offset and length in bytes. */
function part(world: World, { ev, which }: Step): [number, number] {
  const size = world.map(ev).size;
  switch (which) {
    case 'control page': return [0, PAGE_SIZE];
    case 'first data page': return [PAGE_SIZE, PAGE_SIZE];
    case 'last data page': return [size, PAGE_SIZE];
    default: return [0, size + PAGE_SIZE];
  }
}

/** `anon private RX, 3 pages`, `file /opt/ptfile7 shared RW, 1 page`. */
function userMmap(world: World, { what }: Step): Fields {
  const [, kind, path, share, prot, n] = known(/^(anon|file)(?: (\S+))? (private|shared) ([RWX]+), (\d+) page/.exec(text(what)) ?? undefined, what);
  const bit = (name: string, value: number): number => (prot.includes(name) ? value : 0);
  const map = world.self.map_file({
    filename: kind === 'file' ? path : share === 'shared' ? '/dev/zero (deleted)' : '//anon', length: Number(n) * PAGE_SIZE, flags: share === 'shared' ? 1 : 2,
    prot: bit('R', PROT_READ) | bit('W', PROT_WRITE) | bit('X', PROT_EXEC),
  });
  world.mapped = map;
  const record = [...world.maps.values()].flatMap((buffer) => buffer.peek()).at(-1);
  if (record === undefined) return {};
  const { type, misc, size, length, offset, inode, prot: protection, flags, filename } = record;
  return {
    type, misc, size, addr_ok: record.start === map.start, len: length ?? 0,
    pgoff_is: offset === record.start ? 'addr' : 'other', maj: inode?.major ?? 0, min: inode?.minor ?? 0, ino: inode?.number ?? 0,
    prot: protection ?? 0, flags: flags ?? 0, filename: filename ?? '',
  };
}

function userMprotect(world: World, { what }: Step): void {
  const steps = text(what).split(' to ')[1].split(', then ');
  const bit = (prot: string, name: string, value: number): number => (prot.includes(name) ? value : 0);
  for (const prot of steps) {
    const protection = bit(prot, 'R', PROT_READ) | bit(prot, 'W', PROT_WRITE) | bit(prot, 'X', PROT_EXEC);
    world.mapped = world.self.protect_file(known(world.mapped, what), protection);
  }
}

export const EVENT_OPERATIONS: Record<string, Operation<World>> = {
  note: () => null,
  perf_event_open: (world, step) => {
    const fd = world.open(step);
    const { size } = world.attr;
    return { ...(fd < 0 ? returned(fd) : { ret: 'fd' }), size_after: size, size_written_back: size };
  },
  open_siblings_until_error: openSiblings,
  compare_ids: compareIds,
  close: (world, { ev }) => returned(world.self.close(world.fd(ev))),
  ioctl,
  read,
  dup: (world, { ev, as }) => {
    const fd = world.self.dup(world.fd(ev));
    world.fds.set(text(as), fd);
    world.attrs.set(text(as), known(world.attrs.get(text(ev)), ev));
    return fd < 0 ? returned(fd) : { ret: 'fd' };
  },
  write: (world, { ev }) => returned(world.self.write(world.fd(ev))),
  lseek: (world, { ev }) => returned(world.self.lseek(world.fd(ev))),
  pread: (world, { ev }) => returned(world.self.pread(world.fd(ev))),
  mmap: (world, step) => {
    const result = world.mmap(step);
    return result < 0 ? returned(result) : { ret: 'ok' };
  },
  munmap: (world, { ev }) => returned(world.self.munmap(world.map(ev))),
  munmap_part: (world, step) => returned(world.self.munmap(world.map(step['ev']), ...part(world, step))),
  mprotect: (world, { ev, prot }) => returned(world.self.mprotect(world.map(ev), bits(prot, { READ: 1, WRITE: 2, EXEC: 4, NONE: 0 }))),
  mprotect_part: (world, step) => returned(world.self.mprotect(world.map(step['ev']), 0, ...part(world, step))),
  mremap: (world, step) => {
    const pages = (step['data_pages'] ?? step['pages']) as number | undefined;
    return returned(world.self.mremap(world.map(step['ev']), (1 + known(pages, 'mremap.pages')) * PAGE_SIZE));
  },
  after_close_map_still_readable: (world, { ev }) => ({ data_size: world.map(ev).control_page()['data_size'] }),
  read_user_page: (world, { ev }) => world.map(ev).control_page(),
  user_mmap: userMmap,
  user_mprotect: userMprotect,
  user_munmap: () => null,
};
