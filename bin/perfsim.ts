#!/usr/bin/env node
/** The first lines of the `perfsim` command: `--version` takes no longer than an empty program. */
import { writeSync } from 'node:fs';
import manifest from '../package.json' with { type: 'json' };

const argv = process.argv.slice(2);
if (argv[0] === '--version' || argv[0] === '-v') writeSync(1, `perfsim version ${manifest.version}\n`);
else void import('./load-program.ts').then(({ loadProgram }) => loadProgram(argv[0]).program.main(argv));
