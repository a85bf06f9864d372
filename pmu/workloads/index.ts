/** The workloads by the name that the command line takes. Reference: the files of this folder. Not modelled: see each. */
import type { Workload } from '../workload.ts';
import { brstack } from './brstack.ts';
import { datasym } from './datasym.ts';
import { leafloop } from './leafloop.ts';
import { noploop } from './noploop.ts';
import { sleep } from './sleep.ts';
import { sqrtloop } from './sqrtloop.ts';
import { thloop } from './thloop.ts';

export const WORKLOADS: readonly Workload[] = [noploop, thloop, leafloop, sqrtloop, brstack, datasym, sleep];
