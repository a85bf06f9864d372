/** What a file of bin/commands exports: one command of `perfsim`. */
export interface Command {
  name: string;
  /** One line for `perfsim --help`. */
  summary: string;
  /** Runs with the words behind the command's name; answers the exit status. */
  run(argv: string[]): Promise<number> | number;
}
