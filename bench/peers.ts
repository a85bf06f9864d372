/**
 * Other event queues under the load of `bench/phold.ts`: programs in `bench/peers/`, each of which is told the number of
 * timers and of events, and prints millions of events per second.
 */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Peer {
  readonly name: string;
  /** What must be installed. */
  readonly needs: string;
  /** Millions of events per second; NaN if it cannot run here. */
  readonly measure: (timers: number) => number;
}

const NS3 = join(tmpdir(), 'perfsim-phold-ns3');
const NS3_NEEDS = "Debian's g++ and libns3-dev";
/** The scheduler that a simulation gets which asks for none. */
const NS3_DEFAULT = 'Map';
const NS3_SCHEDULERS = ['Map', 'PriorityQueue', 'List', 'Calendar'];
/** Beyond so many timers the list, which is searched from one end, would take all the time. */
const LIST_TIMERS = 256;

function figure(command: string, ...args: (string | number)[]): number {
  const { stdout, status } = spawnSync(command, args.map(String), { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : NaN;
}

const ns3 = (scheduler: string, timers: number): number => figure(NS3, `ns3::${scheduler}Scheduler`, timers, 1e6);

export const PEERS: readonly Peer[] = [
  { name: 'ns-3 with its default scheduler', needs: NS3_NEEDS, measure: (timers) => ns3(NS3_DEFAULT, timers) },
  {
    name: 'ns-3 with its best scheduler',
    needs: NS3_NEEDS,
    measure: (timers) => Math.max(...NS3_SCHEDULERS.filter((name) => name !== 'List' || timers <= LIST_TIMERS).map((name) => ns3(name, timers))),
  },
  { name: 'SimPy', needs: "Debian's python3-simpy", measure: (timers) => figure('/usr/bin/python3', 'bench/peers/phold.py', timers, 1e5) },
  { name: 'simjs', needs: '`npm install`', measure: (timers) => figure(process.execPath, 'bench/peers/phold.mjs', timers, 1e6) },
];

/** Builds what must be built, and says which peers are not here. */
export function presentPeers(): Peer[] {
  spawnSync('g++', ['-O3', '-std=c++17', 'bench/peers/phold.cc', '-o', NS3, '-lns3-core']);
  return PEERS.filter(({ name, needs, measure }) => {
    const isHere = !Number.isNaN(measure(1));
    if (!isHere) console.log(`${name} is not here: it needs ${needs}`);
    return isHere;
  });
}
