#pragma once
// The variadic system calls that Swift cannot import, as plain functions.

/// Makes the calling process the one that inherits orphans among its descendants
/// (PR_SET_CHILD_SUBREAPER). 0, or -1 with errno.
int banyan_become_subreaper(void);
