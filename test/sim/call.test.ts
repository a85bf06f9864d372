import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Call, SUSPENDED } from '../../sim/call.ts';
import { Cell, allocate, effect, load, operate, store, type Operation } from '../../sim/memory.ts';
import { forAll } from '../support/property.ts';

const ADD: Operation<number, number, number> = { name: 'add', apply: (cell, by) => (cell.v += by) };
/** Waits until the cell is not zero. */
const AWAIT: Operation<number, undefined, number> = { name: 'await', ready: (cell) => cell.v !== 0, apply: (cell) => cell.v };

/** One step of a program over four cells, and a gate for each step that waits. */
type Step = { do: 'add' | 'load' | 'store' | 'effect' | 'wait'; cell: number };
const step = fc.record({ do: fc.constantFrom<Step['do']>('add', 'load', 'store', 'effect', 'wait'), cell: fc.nat(3) });

/** A program with everything that it touches: `trace` are its effects, in the order in which they really happened. */
class Program {
  readonly cells = [0, 10, 20, 30].map((value) => new Cell(value));
  readonly gates: Cell<number>[];
  readonly trace: string[] = [];
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[], isOpen: boolean) {
    this.#steps = steps;
    this.gates = steps.map(() => new Cell(Number(isOpen)));
  }

  /** Each step's outcome depends on all before it. */
  readonly run = (): number => {
    let sum = 1;
    this.#steps.forEach((step, i) => {
      const cell = this.cells[step.cell];
      if (step.do === 'add') sum += operate(ADD, cell, sum % 7);
      else if (step.do === 'load') sum += load(cell);
      else if (step.do === 'store') store(cell, sum);
      else if (step.do === 'wait') sum += operate(AWAIT, this.gates[i], undefined);
      else sum += effect(() => this.trace.push(`${i}: ${sum}`));
    });
    return sum;
  };

  /** Runs as a call, opening the gate that it waits at until it ends; `resumptions` counts how often it began. */
  runThroughGates(): { result: number; resumptions: number } {
    const call = new Call(this.run);
    for (let resumptions = 1; ; resumptions++) {
      const result = call.resume();
      if (result !== SUSPENDED) return { result, resumptions };
      expect(call.ready).toBe(false);
      store(call.blockedOn!.cell as Cell<number>, 1);
      expect(call.ready).toBe(true);
    }
  }

  get memory(): number[] {
    return this.cells.map((cell) => load(cell));
  }
}

describe('a call', () => {
  test('that is suspended anywhere comes to what it comes to when it runs through', () => {
    forAll([fc.array(step, { maxLength: 30 })], (steps) => {
      const direct = new Program(steps, true);
      const result = direct.run();
      const called = new Program(steps, false);
      expect(called.runThroughGates().result).toBe(result);
      expect(called.memory).toEqual(direct.memory);
    });
  });

  test('performs each effect once, in order, however often it is executed', () => {
    forAll([fc.array(step, { maxLength: 30 })], (steps) => {
      const program = new Program(steps, false);
      const { resumptions } = program.runThroughGates();
      const places = program.trace.map((line) => Number.parseInt(line, 10));
      expect(places).toEqual(steps.flatMap((one, i) => (one.do === 'effect' ? [i] : [])));
      expect(resumptions).toBe(1 + steps.filter((one) => one.do === 'wait').length);
    });
  });

  test('does not go on while what it waits for does not hold', () => {
    const program = new Program([{ do: 'add', cell: 0 }, { do: 'wait', cell: 0 }, { do: 'effect', cell: 0 }], false);
    const call = new Call(program.run);
    const results = [call.resume(), call.resume(), call.resume()];
    expect(results).toEqual([SUSPENDED, SUSPENDED, SUSPENDED]);
    expect({ memory: program.memory[0], trace: program.trace }).toEqual({ memory: 1, trace: [] });
  });

  test('says what it waits for', () => {
    const gate = new Cell(0, null, 'gate');
    const call = new Call(() => operate(AWAIT, gate, undefined));
    call.resume();
    expect(call.blockedOn).toEqual({ operation: AWAIT, cell: gate, operand: undefined });
  });

  test('sees what others have written while it slept, and remembers what it had read', () => {
    const data = new Cell(1);
    const gate = new Cell(0);
    const call = new Call(() => [load(data), operate(AWAIT, gate, undefined), load(data)]);
    call.resume();
    store(data, 2);
    store(gate, 5);
    expect(call.resume()).toEqual([1, 5, 2]);
  });

  test('makes each object once, however often it is executed', () => {
    const gate = new Cell(0);
    const made: object[] = [];
    const call = new Call(() => {
      made.push(allocate(() => new Cell(1)));
      return operate(AWAIT, gate, undefined);
    });
    call.resume();
    store(gate, 1);
    call.resume();
    expect(made.length).toBe(2);
    expect(made[0]).toBe(made[1]);
  });

  test('inside an effect of another call is a call of its own', () => {
    const cell = new Cell(0);
    const gate = new Cell(0);
    const inner = new Call(() => [operate(ADD, cell, 1), operate(AWAIT, gate, undefined)]);
    const outer = new Call(() => [effect(() => inner.resume()), operate(ADD, cell, 10), operate(AWAIT, gate, undefined), load(cell)]);
    expect(outer.resume()).toBe(SUSPENDED);
    store(gate, 3);
    expect(outer.resume()).toEqual([SUSPENDED, 11, 3, 11]);
    expect(inner.resume()).toEqual([1, 3]);
    expect(load(cell)).toBe(11);
  });

  test('passes on what its code throws, and leaves no hook behind', () => {
    const call = new Call(() => effect(() => {
      throw new Error('oops');
    }));
    expect(() => call.resume()).toThrow('oops');
    const cell = new Cell(1);
    store(cell, 2);
    expect(load(cell)).toBe(2);
    expect(call.blockedOn).toBe(null);
  });
});
