// What can be known of memory, and of crashes, in a build with the address sanitiser.
#ifndef ASSAY_HEAP_METER_H
#define ASSAY_HEAP_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Begins to count every allocation, and makes a crash name the file at which it came. False in a build without the
/// address sanitiser, where nothing is counted.
bool heap_meter_install(void);

/// Begins anew for this thread, with a file of this number.
void heap_meter_start(uint64_t file);

/// How many bytes this thread held at most since it began anew, beyond those it held then.
size_t heap_meter_peak(void);

#endif
