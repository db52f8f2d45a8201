#pragma once
// The system calls that Swift cannot import (variadic ones, macros, unions), and the one piece of code that
// has to be C: what a child does between vfork and exec.

#include <stdint.h>
#include <sys/types.h>

/// Makes the calling process the one that inherits orphans among its descendants
/// (PR_SET_CHILD_SUBREAPER). 0, or -1 with errno.
int banyan_become_subreaper(void);

/// Milliseconds of CLOCK_BOOTTIME, which counts the time that the machine sleeps.
int64_t banyan_boot_milliseconds(void);

/// The wall clock, in milliseconds since 1970.
int64_t banyan_wall_milliseconds(void);

/// How a process is to be started.
struct banyan_spawn_plan {
  /// The path of the program's file; it is not searched for.
  const char *path;
  /// The arguments, the first being the program's name, ended by NULL.
  char *const *argv;
  /// The environment, ended by NULL.
  char *const *envp;
  /// The folder to run in, or NULL for the caller's.
  const char *working_directory;
  /// Open descriptors, each at least 3, that become 0, 1 and 2. No other is open in the child.
  int standard[3];
  /// Not 0: SIGKILL when the calling thread ends.
  int dies_with_caller;
  /// What is written to oom_score_adj, if it is above 0.
  int oom_score_adjustment;
  /// The soft limit of open files that the process gets, if it is above 0.
  int64_t open_files;
  /// How much less urgent it is than the caller (nice), if it is above 0.
  int niceness;
  /// The open folder of the control group (version 2) that it starts in, if it is above 0.
  int group;
};

/// The step of a start that failed; none: it succeeded.
enum banyan_spawn_step {
  banyan_spawn_step_none = 0,
  banyan_spawn_step_fork,
  banyan_spawn_step_session,
  banyan_spawn_step_folder,
  banyan_spawn_step_descriptors,
  banyan_spawn_step_exec,
};

/// What became of a start.
struct banyan_spawn_outcome {
  /// The child; it leads a session and a process group of its own. Only where `step` is none.
  pid_t pid;
  /// Which step failed, a banyan_spawn_step.
  int step;
  /// errno of the step that failed.
  int error;
};

/// Starts a process in a session of its own, with every signal at its default and none blocked.
struct banyan_spawn_outcome banyan_spawn(const struct banyan_spawn_plan *plan);

/// A child that has ended and was reaped.
struct banyan_reaped {
  pid_t pid;
  /// The exit status, or -1 where a signal ended it.
  int status;
  /// The signal that ended it, or 0 where it ended by itself.
  int signal;
  /// Processor time of it and of the descendants that it waited for, in microseconds.
  int64_t cpu_microseconds;
  /// The largest resident set among them, in bytes; 0 where that is not known: the kernel counts what the child
  /// shared with its parent before exec, so a figure that is no larger than the parent's own says nothing.
  int64_t peak_memory_bytes;
};

/// Reaps one child that has ended, any of them. 1: one was; 0: none has; -1 with errno (ECHILD: no children).
int banyan_reap(struct banyan_reaped *reaped);

/// Blocks the signals and gives a descriptor that reads them (signalfd), or -1 with errno.
int banyan_signal_descriptor(const int *signals, int count);

/// The next signal that came, or 0.
int banyan_next_signal(int descriptor);

/// A timer on CLOCK_BOOTTIME as a descriptor (timerfd), or -1 with errno.
int banyan_timer_descriptor(void);

/// Lets the timer expire at a moment of banyan_boot_milliseconds; negative: never. 0, or -1 with errno.
int banyan_set_timer(int descriptor, int64_t boot_milliseconds);

/// Takes an expiry off the timer, so that it can be polled anew.
void banyan_clear_timer(int descriptor);

/// Something that waits for descriptors to become ready (epoll), or -1 with errno.
int banyan_poller(void);

/// Watches a descriptor for something to read (or its end). What is ready is named by the token: a descriptor's number
/// may be another's by the time that it is looked at. 0, or -1 with errno.
int banyan_watch(int poller, int descriptor, uint64_t token);

/// Whether a descriptor that is watched is watched for room to write as well. 0, or -1 with errno.
int banyan_watch_for_room(int poller, int descriptor, uint64_t token, int for_room);

/// Watches a descriptor no more; to be called before it is closed.
void banyan_unwatch(int poller, int descriptor);

/// Waits until something is ready. Gives the tokens, at most max_count and 64; how many, or -1 with errno.
int banyan_wait(int poller, uint64_t *ready, int max_count);

/// Raises the soft limit of open files to the hard one. The former soft one, or -1 with errno.
int64_t banyan_raise_open_files(void);

/// The soft limit of open files; INT64_MAX: there is none; -1 with errno.
int64_t banyan_open_files(void);

/// The next connection of a listening socket, closed on exec, or -1 with errno.
int banyan_accept(int listener);

/// A pipe whose two ends are closed on exec. 0, or -1 with errno.
int banyan_pipe(int *ends);

/// A descriptor of a process (pidfd), or -1 with errno.
int banyan_process_descriptor(pid_t pid);

/// Sends a signal to the process of a descriptor. 0, or -1 with errno.
int banyan_signal_process(int descriptor, int signal);

/// Whether a folder is a control group of version 2: 1 or 0.
int banyan_is_control_group(const char *path);

/// How many processors this process may run on by its affinity mask, or -1 with errno.
int banyan_affinity_count(void);

/// Overwrites a variable's value where it lies, which is what /proc/PID/environ shows; it is empty then.
void banyan_scrub_environment(const char *name);
