#include "json_arena.h"
#include <stdint.h>
#include <stdlib.h>

struct json_arena_chunk {
  struct json_arena_chunk *before;
  size_t size;
  char bytes[];
};

/// The size of nearly all chunks. Each thread keeps a few of them: the next text needs them again, and to get pages from
/// the system takes longer than to parse what goes into them.
static const size_t usual = (size_t)64 << 10;
static const int most_kept = 16;

static _Thread_local struct json_arena_chunk *kept = NULL;
static _Thread_local int kept_count = 0;
/// Where jansson allocates on this thread; NULL: on the heap.
static _Thread_local struct json_arena *current = NULL;

static int grow(struct json_arena *arena, size_t size) {
  struct json_arena_chunk *chunk;
  if (size == usual && kept != NULL) {
    chunk = kept;
    kept = chunk->before;
    kept_count -= 1;
  } else {
    chunk = malloc(sizeof(struct json_arena_chunk) + size);
    if (chunk == NULL) return -1;
  }
  chunk->before = arena->newest;
  chunk->size = size;
  arena->newest = chunk;
  arena->next = chunk->bytes;
  arena->left = size;
  return 0;
}

static void *take(size_t size) {
  struct json_arena *arena = current;
  if (arena == NULL) return malloc(size);
  if (size > SIZE_MAX / 2) return NULL;
  size = (size + 7) & ~(size_t)7;
  if (size > arena->left && grow(arena, size > usual ? size : usual) != 0) return NULL;
  void *taken = arena->next;
  arena->next += size;
  arena->left -= size;
  return taken;
}

static void give_back(void *taken) {
  if (current == NULL) free(taken);
}

void json_arena_set_up(void) { json_set_alloc_funcs(take, give_back); }

struct json_arena *json_arena_enter(struct json_arena *arena) {
  struct json_arena *outer = current;
  current = arena;
  return outer;
}

void json_arena_leave(struct json_arena *outer) { current = outer; }

json_t *json_arena_parse(
    struct json_arena *arena, const char *text, size_t count, size_t flags, json_error_t *error) {
  // A short text takes about so much; a long one, chunk after chunk.
  size_t first = count < usual / 16 ? 512 + 8 * count : usual;
  if (grow(arena, first) != 0) return NULL;
  struct json_arena *outer = json_arena_enter(arena);
  json_t *root = json_loadb(text, count, flags, error);
  json_arena_leave(outer);
  return root;
}

void json_arena_free(struct json_arena *arena) {
  while (arena->newest != NULL) {
    struct json_arena_chunk *chunk = arena->newest;
    arena->newest = chunk->before;
    if (chunk->size == usual && kept_count < most_kept) {
      chunk->before = kept;
      kept = chunk;
      kept_count += 1;
    } else {
      free(chunk);
    }
  }
}
