/** Names of C++ and Rust functions, as perf 6.1 prints them without -v. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { demangle } from '../../../bin/demangle.ts';

test.each([
  ['a function', '_ZN4node5StartEiPPc', 'node::Start'],
  ['a const member of a template', '_ZNKSt6vectorIiSaIiEE4sizeEv', 'std::vector<int, std::allocator<int> >::size'],
  ['one made from a template, whose result is mangled with it', '_Z3addIiET_S0_S0_', 'add<int>'],
  ['an operator', '_ZlsRSoRK3Foo', 'operator<<'],
  ['an operator with a space in its name', '_ZN3FoonwEm', 'Foo::operator new'],
  ['a call operator', '_ZN3FooclEi', 'Foo::operator()'],
  ['a number among the arguments', '_ZN4Ring4pushILm16EEEvRAT__Kc', 'Ring::push<16ul>'],
  ['something without a name', '_ZN12_GLOBAL__N_13runEv', '(anonymous namespace)::run'],
  ['a copy that the compiler has made', '_ZN3Foo3runEi.part.0', 'Foo::run'],
  ['a Rust function', '_ZN4core3fmt5write17h0123456789abcdefE', 'core::fmt::write'],
  ['what only begins like one', '_Zebra', '_Zebra'],
])('%s: %s is %s', (_, mangled, name) => {
  expect(demangle(mangled)).toBe(name);
});

const filter = spawnSync('c++filt', ['-p'], { input: '' }).status === 0;

(filter ? describe : describe.skip)('names of this very Node (skipped without binutils)', () => {
  test('are those of c++filt -p, but for arguments that are functions themselves', () => {
    const { stdout } = spawnSync('nm', ['-D', process.execPath], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const mangled = stdout.split('\n').map((line) => line.split(' ').at(-1)!).filter((name) => /^_ZNK?\d/.test(name)).slice(0, 4000);
    const expected = spawnSync('c++filt', ['-p'], { input: mangled.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout.split('\n');
    const differing = mangled.filter((name, i) => demangle(name) !== expected[i]);
    expect(mangled.length).toBeGreaterThan(1000);
    expect(differing.length).toBeLessThanOrEqual(mangled.length / 50);
  });
});
