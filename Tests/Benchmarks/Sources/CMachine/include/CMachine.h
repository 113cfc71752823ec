// What a measurement has to know of the machine, and Swift does not tell.
#ifndef ASSAY_CMACHINE_H
#define ASSAY_CMACHINE_H

#include <stdint.h>

/// How many times this process asked for memory since it began; −1 where the C library is not glibc.
int64_t assay_allocation_count(void);

/// The last of the cores that this process may run on; 0 where the system does not say.
int32_t assay_last_core(void);

/// Keeps this process on one core, where the system can.
void assay_pin_to_core(int32_t core);

#endif
