"""The PHOLD-like load of bench/phold.ts on SimPy 2 (Debian package python3-simpy): N processes that hold for random whiles.

Arguments: N, number of events. Prints millions of events per second.
"""
import sys
import time
from SimPy.Simulation import Process, Simulation, hold

state = 12345


def delay():
    global state
    state = (state * 1103515245 + 12345) & 0xFFFFFFFF
    return 1 + (state >> 8)


class Timer(Process):
    def run(self):
        global left
        while left > 0:
            left -= 1
            yield hold, self, delay()


timers, left = int(sys.argv[1]), int(float(sys.argv[2]))
events = left
simulation = Simulation()
simulation.initialize()
for i in range(timers):
    process = Timer(sim=simulation)
    simulation.activate(process, process.run(), at=delay())
start = time.perf_counter()
simulation.simulate(until=1e18)
print('%.3f' % (events / (time.perf_counter() - start) / 1e6))
