#include "HeapMeter.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

// The sanitiser's interface, which is only there in a build with it.
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*on_allocation)(const volatile void *, size_t),
                                                                    void (*on_release)(const volatile void *));
__attribute__((weak)) size_t __sanitizer_get_allocated_size(const volatile void *);
__attribute__((weak)) void __sanitizer_set_death_callback(void (*)(void));

/// Options the sanitiser asks for when it starts. No single allocation is larger than 64 MiB, whether it is used or not;
/// and freed memory is kept from reuse up to 16 MiB rather than 256, for the peak to be the readers' own. Traces of
/// allocations are short, since most of the time would go into them.
__attribute__((visibility("default"))) const char *__asan_default_options(void) {
  return "max_allocation_size_mb=64:quarantine_size_mb=16:detect_leaks=0:malloc_context_size=4";
}

static _Thread_local int64_t held;
static _Thread_local int64_t peak;
static _Thread_local uint64_t current_file;

static void count_allocation(const volatile void *place, size_t size) {
  (void)place;
  held += (int64_t)size;
  if (held > peak) peak = held;
}

static void count_release(const volatile void *place) {
  if (place) held -= (int64_t)__sanitizer_get_allocated_size(place);
}

/// Only with calls that a signal's handler may make.
static void name_file(void) {
  static const char before[] = "error: a crash; to see it again: --files 1 --first ";
  char digits[24];
  size_t start = sizeof digits;
  digits[--start] = '\n';
  uint64_t rest = current_file;
  do {
    digits[--start] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  ssize_t ignored = write(STDERR_FILENO, before, sizeof before - 1);
  ignored = write(STDERR_FILENO, digits + start, sizeof digits - start);
  (void)ignored;
}

static void end_by_signal(int number) {
  name_file();
  signal(number, SIG_DFL);
  raise(number);
}

bool heap_meter_install(void) {
  // What Swift's traps raise; the rest the sanitiser handles, and then calls back.
  signal(SIGILL, end_by_signal);
  signal(SIGTRAP, end_by_signal);
  if (!__sanitizer_install_malloc_and_free_hooks || !__sanitizer_get_allocated_size) {
    signal(SIGSEGV, end_by_signal);
    signal(SIGABRT, end_by_signal);
    return false;
  }
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(name_file);
  __sanitizer_install_malloc_and_free_hooks(count_allocation, count_release);
  return true;
}

void heap_meter_start(uint64_t file) {
  held = 0;
  peak = 0;
  current_file = file;
}

size_t heap_meter_peak(void) { return (size_t)peak; }
