#define _GNU_SOURCE
#include "CMachine.h"

#if defined(__linux__)
#include <sched.h>

int32_t assay_last_core(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  int32_t last = 0;
  for (int32_t core = 0; core < CPU_SETSIZE; core++) {
    if (CPU_ISSET(core, &set)) last = core;
  }
  return last;
}

void assay_pin_to_core(int32_t core) {
  if (core < 0 || core >= CPU_SETSIZE) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);
}
#else
int32_t assay_last_core(void) { return 0; }
void assay_pin_to_core(int32_t core) { (void)core; }
#endif
