import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Priority } from '../../sim/event-queue.ts';
import { Machine } from '../../sim/machine.ts';
import { forAll } from '../support/property.ts';

const KHZ = 2_000_000;

/** A machine of one CPU, and a log of what runs on it and when. */
function oneCpu() {
  const machine = new Machine(1, KHZ, '1');
  const [cpu] = machine.cpus;
  const log: string[] = [];
  /** Arms a handler that takes `cost` cycles. */
  const at = (priority: Priority, time: number, name: string, cost: number): void => {
    const timer = cpu.timer(priority, () => {
      log.push(`${name} at ${cpu.clock}`);
      cpu.charge(cost);
    });
    machine.queue.arm(timer, time);
  };
  return { machine, cpu, log, at };
}

const never = (): boolean => false;

describe('a CPU', () => {
  test('runs one handler after the other, each when the one before has done its work', () => {
    const { machine, log, at } = oneCpu();
    at(Priority.IRQ, 100, 'tick', 30);
    at(Priority.IRQ, 110, 'ipi', 5);
    at(Priority.TASK, 90, 'task', 15);
    machine.run(never);
    expect(log).toEqual(['task at 90', 'tick at 105', 'ipi at 135']);
  });

  test('gives way to the more urgent of two that have waited', () => {
    const { machine, log, at } = oneCpu();
    at(Priority.TASK, 100, 'long', 50);
    at(Priority.TASK, 110, 'task', 1);
    at(Priority.IRQ, 120, 'irq', 1);
    at(Priority.NMI, 130, 'nmi', 1);
    machine.run(never);
    expect(log).toEqual(['long at 100', 'nmi at 150', 'irq at 151', 'task at 152']);
  });

  test('does not wait for what another CPU does', () => {
    const machine = new Machine(2, KHZ, '1');
    const clocks: number[] = [];
    for (const cpu of machine.cpus) {
      machine.queue.arm(cpu.timer(Priority.IRQ, () => {
        clocks.push(cpu.clock);
        cpu.charge(1000);
      }), 100 + cpu.id);
    }
    machine.run(never);
    expect(clocks).toEqual([100, 101]);
  });

  test('lets an NMI in after each charge, but not into an NMI', () => {
    const { machine, cpu, at } = oneCpu();
    const levels: Priority[] = [];
    cpu.onCharge = () => {
      levels.push(cpu.level);
      cpu.nest(() => {
        levels.push(cpu.level);
        cpu.charge(10);
      });
    };
    at(Priority.IRQ, 100, 'irq', 5);
    machine.run(never);
    expect(levels).toEqual([Priority.IRQ, Priority.NMI]);
    expect(cpu.clock).toBe(115);
    expect(cpu.level).toBe(Priority.TASK);
  });

  test('counts what interrupts take from tasks, and only that', () => {
    const { machine, cpu, at } = oneCpu();
    at(Priority.TASK, 10, 'task', 100);
    at(Priority.IRQ, 200, 'irq', 7);
    at(Priority.NMI, 300, 'nmi', 4);
    machine.run(never);
    expect(cpu.stolen).toBe(11);
  });

  test('says when a handler has ended', () => {
    const { machine, cpu, log, at } = oneCpu();
    cpu.onReturn = () => log.push(`return at ${cpu.clock}`);
    at(Priority.IRQ, 10, 'irq', 3);
    machine.run(never);
    expect(log).toEqual(['irq at 10', 'return at 13']);
  });
});

describe('a machine', () => {
  test('stops when it is done, and at the time it is given', () => {
    const { machine, log, at } = oneCpu();
    at(Priority.IRQ, 10, 'a', 0);
    at(Priority.IRQ, 20, 'b', 0);
    at(Priority.IRQ, 30, 'c', 0);
    machine.run(() => log.length === 1);
    expect(log).toEqual(['a at 10']);
    machine.run(never, 20);
    expect(log).toEqual(['a at 10', 'b at 20']);
  });

  test('turns nanoseconds into cycles and back, but for the rounding', () => {
    forAll([fc.integer({ min: 1_000_000, max: 5_000_000 }), fc.nat(1e12)], (khz, ns) => {
      const machine = new Machine(1, khz, '1');
      expect(Math.abs(machine.nanoseconds(machine.cycles(ns)) - ns)).toBeLessThanOrEqual(1);
    });
  });

  test('never shows an earlier time for a later cycle', () => {
    forAll([fc.nat(1e13), fc.nat(1000)], (cycle, later) => {
      const machine = new Machine(1, 2_666_667, '1');
      expect(machine.nanoseconds(cycle + later)).toBeGreaterThanOrEqual(machine.nanoseconds(cycle));
    });
  });
});
