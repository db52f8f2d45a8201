#include "CChecksum.h"

#include <string.h>

#if defined(__x86_64__)

#include <nmmintrin.h>

int banyan_has_crc32c(void) { return __builtin_cpu_supports("sse4.2") ? 1 : 0; }

// Compiled for SSE 4.2 whatever the rest of the program is compiled for: the caller has asked whether it is there.
__attribute__((target("sse4.2"))) uint32_t banyan_crc32c(uint32_t state, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  uint64_t crc = state;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  for (; count > 0; count--, next++) crc = _mm_crc32_u8((uint32_t)crc, *next);
  return (uint32_t)crc;
}

#elif defined(__aarch64__)

#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>

int banyan_has_crc32c(void) { return getauxval(AT_HWCAP) & HWCAP_CRC32 ? 1 : 0; }

__attribute__((target("crc"))) uint32_t banyan_crc32c(uint32_t state, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    state = __crc32cd(state, word);
  }
  for (; count > 0; count--, next++) state = __crc32cb(state, *next);
  return state;
}

#else

int banyan_has_crc32c(void) { return 0; }

uint32_t banyan_crc32c(uint32_t state, const void *bytes, size_t count) {
  (void)bytes;
  (void)count;
  return state;
}

#endif
