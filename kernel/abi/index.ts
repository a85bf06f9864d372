/** The user ABI of the kernel: all of it that user space (perf/) may import beside the system calls. */
export * from './attr.ts';
export * from './constants.ts';
export * from './errno.ts';
