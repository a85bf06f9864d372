// The PHOLD-like load of bench/phold.ts on ns-3 (Debian package libns3-dev): N events, each of which schedules its
// successor after a random while. Arguments: scheduler type, N, number of events. Prints millions of events per second.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include "ns3/core-module.h"

using namespace ns3;

static uint32_t state = 12345;
static uint64_t left;

static Time
Delay ()
{
  state = state * 1103515245u + 12345u;
  return NanoSeconds (1 + (state >> 8));
}

static void
Fire ()
{
  if (--left == 0)
    {
      Simulator::Stop ();
      return;
    }
  Simulator::Schedule (Delay (), &Fire);
}

int
main (int argc, char **argv)
{
  if (argc < 4)
    {
      return 2;
    }
  ObjectFactory factory;
  factory.SetTypeId (argv[1]);
  Simulator::SetScheduler (factory);
  const int timers = std::atoi (argv[2]);
  const double events = std::atof (argv[3]);
  left = static_cast<uint64_t> (events);
  for (int i = 0; i < timers; i++)
    {
      Simulator::Schedule (Delay (), &Fire);
    }
  auto start = std::chrono::steady_clock::now ();
  Simulator::Run ();
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now () - start;
  std::printf ("%.2f\n", events / elapsed.count () / 1e6);
  Simulator::Destroy ();
  return 0;
}
