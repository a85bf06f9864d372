/** The workloads by the name that the command line takes. Reference: the files of this folder. Not modelled: see each. */
import type { Workload } from '../workload.ts';
import { noploop } from './noploop.ts';

export const WORKLOADS: readonly Workload[] = [noploop];
