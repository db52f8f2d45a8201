#pragma once
#include <jansson.h>
#include <stddef.h>

/// The memory of one text, parsed or to be written. While a thread works on it, whatever jansson allocates there comes out
/// of its arena and nothing is freed piece by piece; all of it goes at once, with the text's owner. A task costs jansson some
/// thirty small allocations, which are a third of the time that reading it takes.
struct json_arena {
  struct json_arena_chunk *newest;
  char *next;
  size_t left;
};

/// Has jansson allocate in arenas. Once, before anything is parsed.
void json_arena_set_up(void);

/// Has jansson allocate in an arena on this thread, and free nothing, until ``json_arena_leave``. What it made before must
/// not be freed meanwhile, and what it makes meanwhile not be used afterwards. Answers with what to leave to.
struct json_arena *json_arena_enter(struct json_arena *arena);
void json_arena_leave(struct json_arena *outer);

/// Parses a text into an arena that is empty; NULL, with the error, if it is none.
json_t *json_arena_parse(
    struct json_arena *arena, const char *text, size_t count, size_t flags, json_error_t *error);

/// Frees what an arena holds, and with it every value in it.
void json_arena_free(struct json_arena *arena);
