#pragma once
// CRC-32C by the processor's own instruction, which Swift can't name.

#include <stddef.h>
#include <stdint.h>

/// 1 where this processor has the instruction (SSE 4.2 on x86-64, the CRC32 extension on ARMv8), else 0.
int banyan_has_crc32c(void);

/// Goes on with a CRC-32C over some bytes. To be called only where banyan_has_crc32c() is 1.
/// `state` is the register of the algorithm, not the finished value: all ones at first, inverted at the end.
uint32_t banyan_crc32c(uint32_t state, const void *bytes, size_t count);
