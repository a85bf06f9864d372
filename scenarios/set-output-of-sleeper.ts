/** The reason for which the fix's text rejects a wait queue in the buffer: the buffer goes, the sleeper stays. */
import { SIGINT } from '../kernel/abi/index.ts';
import type { Scenario } from '../kernel/explore/scenario.ts';

export const scenario: Scenario = {
  name: 'set-output-of-sleeper',
  question: 'Does a sleeper survive that its event leaves the buffer, and the buffer is unmapped?',
  expected: [{ kind: 'use after free', from: 'waitq-in-rb' }],
  build(setup) {
    const [event, owner, output] = [setup.event(), setup.event(), setup.event()];
    const vma = setup.map(owner);
    setup.map(output);
    setup.redirect(event, owner);
    const sleeper = setup.sleeper('T1', event);
    setup.task('T2', () => {
      setup.redirect(event, output);
      setup.unmap(vma);
      setup.signal(sleeper, SIGINT);
    });
  },
};
