#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdint.h>

/// The calls of malloc, calloc, realloc and the aligned variants since the program began.
uint64_t allocation_count(void);
/// The bytes that these calls asked for.
uint64_t allocation_bytes(void);

#endif
