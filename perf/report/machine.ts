/**
 * The recorded machine as the records tell of it: its tasks with their names and maps, and the kernel's maps.
 * Reference: tools/perf/util/machine.c and thread.c, v6.1.
 * Not modelled: guests, namespaces, kcore.
 */
import { PERF_RECORD_MISC_CPUMODE_MASK, PERF_RECORD_MISC_KERNEL, PERF_RECORD_MISC_USER, PROT_EXEC } from '../../kernel/abi/index.ts';
import type { BuildId, PerfRecord, RecordOf } from '../data/index.ts';
import { basename, Dso, type SymbolLoader } from './dso.ts';
import { Maps, type Location, type MemoryMap } from './maps.ts';

/** A task's name at some time. It is an object because perf renames it in place when the name was only a stand-in. */
export interface Comm {
  text: string;
}

export interface Thread {
  pid: number;
  readonly tid: number;
  comm: Comm;
  /** Whether the name came from a record. */
  commSet: boolean;
  maps: Maps;
}

const KERNEL_NAME = '[kernel.kallsyms]';
/** What perf compares of a kernel map's name: all but the bracket. */
const KERNEL_PREFIX = KERNEL_NAME.slice(0, -1);
const END_OF_MEMORY = 0xffffffffffffffffn;
const MAP_HUGETLB = 0x40000;
const FORK_EXEC = 1 << 13;
const MMAP_DATA = 1 << 13;

const ANONYMOUS = ['//anon', '/dev/zero', '/anon_hugepage'];
const WITHOUT_FILE = ['[stack', '/SYSV', '[heap]'];
const NOWHERE = new Maps();

export class Machine {
  /** The kernel, its modules, and single symbols outside of both. */
  readonly kernelMaps = new Maps();
  readonly #threads = new Map<number, Thread>();
  readonly #dsos = new Map<string, Dso>();
  readonly #loadSymbols: SymbolLoader;
  #kernelMap: MemoryMap | null = null;
  #lastThread: Thread | null = null;

  constructor(loadSymbols: SymbolLoader = () => null) {
    this.#loadSymbols = loadSymbols;
    this.#setComm(this.thread(0, 0), 'swapper');
  }

  /** The task, made up if no record told of it. */
  thread(pid: number, tid: number): Thread {
    const last = this.#lastThread;
    if (last !== null && last.tid === tid && last.pid === pid) return last;
    let thread = this.#threads.get(tid);
    if (thread === undefined) {
      thread = { pid, tid, comm: { text: `:${tid}` }, commSet: false, maps: NOWHERE };
      this.#threads.set(tid, thread);
      thread.maps = pid === tid || pid === -1 ? new Maps() : this.thread(pid, pid).maps;
    } else if (thread.pid === -1 && pid !== -1) {
      thread.pid = pid;
      if (pid !== tid) thread.maps = this.thread(pid, pid).maps;
    }
    this.#lastThread = thread;
    return thread;
  }

  /** Where an instruction or data address of the task is, in the mode that the record's misc says. Null for other machines' modes. */
  locate(thread: Thread, misc: number, low: number, high: number): Location | null {
    const mode = misc & PERF_RECORD_MISC_CPUMODE_MASK;
    if (mode === PERF_RECORD_MISC_USER) return thread.maps.locate(low, high);
    return mode === PERF_RECORD_MISC_KERNEL ? this.kernelMaps.locate(low, high) : null;
  }

  /** Where an address is of which no mode is known, because branches lead from one into another. */
  locateAddress(thread: Thread, address: bigint): Location {
    const low = Number(address & 0xffff_ffffn);
    const high = Number(address >> 32n);
    return high >= 2 ** 31 ? this.kernelMaps.locate(low, high) : thread.maps.locate(low, high);
  }

  /** Takes in a record that changes what is known of the machine. */
  process(record: PerfRecord): void {
    switch (record.name) {
      case 'COMM': return this.#setComm(this.thread(record.pid, record.tid), record.comm);
      case 'MMAP': {
        const prot = (record.misc ?? 0) & MMAP_DATA ? 0 : PROT_EXEC;
        return this.#map(record, prot, 0, null);
      }
      case 'MMAP2': {
        const id = 'build_id' in record.object ? record.object.build_id : null;
        return this.#map(record, record.prot, record.flags, id);
      }
      case 'FORK': return this.#fork(record);
      case 'KSYMBOL': return record.flags & 1 ? this.#removeSymbol(record) : this.#addSymbol(record);
      case 'BUILD_ID': return this.setBuildId({ ...record, misc: record.misc ?? 0 });
      default:
    }
  }

  /** What the recording says of a mapped object's identity. */
  setBuildId({ filename, misc, build_id }: Pick<BuildId, 'filename' | 'misc' | 'build_id'>): void {
    const kernel = (misc & PERF_RECORD_MISC_CPUMODE_MASK) === PERF_RECORD_MISC_KERNEL;
    this.#dso(filename, kernel, filename).build_id = build_id;
  }

  #setComm(thread: Thread, text: string): void {
    if (thread.commSet) thread.comm = { text };
    else thread.comm.text = text;
    thread.commSet = true;
  }

  #fork(record: RecordOf<'FORK'>): void {
    let parent = this.thread(record.ppid, record.ptid);
    if (parent.pid !== record.ppid) {
      this.#removeThread(record.ptid);
      parent = this.thread(record.ppid, record.ptid);
    }
    this.#removeThread(record.tid);
    const thread = this.thread(record.pid, record.tid);
    if (parent.commSet) this.#setComm(thread, parent.comm.text);
    if (thread.pid === parent.pid || thread.maps === parent.maps) return;
    if (!((record.misc ?? 0) & FORK_EXEC)) thread.maps.copyFrom(parent.maps);
  }

  #removeThread(tid: number): void {
    this.#threads.delete(tid);
    this.#lastThread = null;
  }

  #map(record: RecordOf<'MMAP'> | RecordOf<'MMAP2'>, prot: number, flags: number, build_id: Uint8Array | null): void {
    if (((record.misc ?? 0) & PERF_RECORD_MISC_CPUMODE_MASK) === PERF_RECORD_MISC_KERNEL) {
      this.#mapKernel(record, build_id);
      return;
    }
    const thread = this.thread(record.pid, record.tid);
    const { filename } = record;
    const anonymous = ANONYMOUS.some((name) => filename.startsWith(name)) || (flags & MAP_HUGETLB) !== 0;
    const identity = anonymous || WITHOUT_FILE.some((name) => filename.startsWith(name));
    // Code in memory without a file was put there by a compiler, which may leave a table of symbols under this name.
    const name = identity && prot & PROT_EXEC ? `/tmp/perf-${thread.pid}.map` : filename;
    const dso = this.#dso(name, false);
    if (build_id !== null) dso.build_id = build_id;
    const pgoff = filename.startsWith('[vdso') ? 0n : record.pgoff;
    thread.maps.replace({ start: record.start, end: endOf(record), pgoff, dso, identity });
  }

  #mapKernel(record: RecordOf<'MMAP'> | RecordOf<'MMAP2'>, build_id: Uint8Array | null): void {
    const { filename, start } = record;
    const isKernel = filename.startsWith(KERNEL_PREFIX);
    if (!isKernel && !filename.startsWith('/') && !filename.startsWith('[')) return;
    const dso = isKernel ? this.#dso(KERNEL_NAME, true) : this.#dso(filename, true);
    if (build_id !== null) dso.build_id = build_id;
    const map = { start, end: endOf(record), pgoff: 0n, dso, identity: isKernel };
    if (!isKernel) dso.base = start;
    else {
      dso.landmark = record.pgoff;
      if (this.#kernelMap !== null) this.kernelMaps.remove(this.#kernelMap);
      if (map.start === 0n && map.end === 0n) map.end = END_OF_MEMORY;
      this.#kernelMap = map;
    }
    this.kernelMaps.insert(map);
  }

  #addSymbol(record: RecordOf<'KSYMBOL'>): void {
    const end = record.addr + BigInt(record.len);
    let map = this.kernelMaps.find(record.addr);
    if (map === null) {
      const dso = new Dso(record.symbol, record.symbol, record.symbol, true, () => null);
      map = { start: record.addr, end, pgoff: 0n, dso, identity: false };
      this.kernelMaps.insert(map);
    }
    const start = map.identity ? record.addr : record.addr - map.start;
    map.dso.addSymbol({ name: record.symbol, start, end: start + BigInt(record.len) });
    this.kernelMaps.forget();
  }

  #removeSymbol(record: RecordOf<'KSYMBOL'>): void {
    const map = this.kernelMaps.find(record.addr);
    if (map === null) return;
    if (map !== this.#kernelMap) {
      this.kernelMaps.remove(map);
      return;
    }
    const symbol = map.dso.findSymbol(record.addr);
    if (symbol !== null) map.dso.removeSymbol(symbol);
    this.kernelMaps.forget();
  }

  /** A module is first known by its short name, unless a build id has told its path before. */
  #dso(long_name: string, kernel: boolean, name?: string): Dso {
    let dso = this.#dsos.get(long_name);
    if (dso === undefined) {
      const short_name = kernel && long_name !== KERNEL_NAME ? moduleName(long_name) : programName(long_name);
      dso = new Dso(name ?? (kernel ? short_name : long_name), long_name, short_name, kernel, this.#loadSymbols);
      this.#dsos.set(long_name, dso);
    }
    return dso;
  }
}

function endOf({ start, len }: { start: bigint; len: bigint }): bigint {
  return (start + len) & END_OF_MEMORY;
}

/** A compiler's table of what it has put into memory is called by the task that it is for. */
function programName(path: string): string {
  const match = /^\/tmp\/perf-(\d+)\.map/.exec(path);
  return match === null ? basename(path) : `[JIT] tid ${match[1]}`;
}

/** A module is called by its name in brackets, in which the kernel has underscores for dashes. */
function moduleName(path: string): string {
  const match = /([^/]+?)\.ko(\.[a-z0-9]+)?$/.exec(path);
  if (match === null) return basename(path);
  return `[${match[1].replaceAll('-', '_')}]`;
}
