#pragma once
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/// A text that grows while jansson writes it piece by piece. It begins in memory that the caller lends
/// and moves to the heap (`is_owned`) when that is full: most lines fit, and then nothing is allocated.
struct banyan_text {
  char *bytes;
  size_t count;
  size_t capacity;
  int is_owned;
};

static inline int banyan_text_append(const char *piece, size_t size, void *context) {
  struct banyan_text *text = (struct banyan_text *)context;
  if (size > text->capacity - text->count) {
    size_t capacity = text->capacity * 2;
    if (capacity < text->count + size) capacity = text->count + size;
    char *grown = (char *)realloc(text->is_owned ? text->bytes : NULL, capacity);
    if (grown == NULL) return -1;
    if (!text->is_owned) memcpy(grown, text->bytes, text->count);
    text->bytes = grown;
    text->capacity = capacity;
    text->is_owned = 1;
  }
  memcpy(text->bytes + text->count, piece, size);
  text->count += size;
  return 0;
}

/// Writes `json` into `text`; 0, or -1 when memory ran out.
static inline int banyan_text_dump(const json_t *json, struct banyan_text *text, size_t flags) {
  return json_dump_callback(json, banyan_text_append, text, flags);
}

static inline void banyan_text_free(struct banyan_text *text) {
  if (text->is_owned) free(text->bytes);
}
