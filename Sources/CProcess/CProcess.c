#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int banyan_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static int64_t milliseconds(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t banyan_boot_milliseconds(void) { return milliseconds(CLOCK_BOOTTIME); }

int64_t banyan_wall_milliseconds(void) { return milliseconds(CLOCK_REALTIME); }

// What the child does. It runs in its parent's memory (vfork), so it only makes system calls and writes `outcome`.
// posix_spawn does the same inside, but has no parent-death signal and does not say which step failed.
static void run_child(const struct banyan_spawn_plan *plan, pid_t parent,
                      volatile struct banyan_spawn_outcome *outcome) {
  // Of the kernel's struct sigaction all is 0: the default, no flags, no mask. By the C library's function the two
  // signals that it keeps for itself could not be set, and what ignores them would hand that on.
  static const char usual[128];
  for (int number = 1; number < _NSIG; number++) {
    syscall(SYS_rt_sigaction, number, usual, NULL, (size_t)(_NSIG / 8));
  }

  outcome->step = banyan_spawn_step_session;
  if (setsid() < 0) goto failed;
  if (plan->dies_with_caller) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) goto failed;
    if (getppid() != parent) {
      errno = ESRCH;
      goto failed;
    }
  }
  if (plan->oom_score_adjustment > 0) {
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
      char text[12];
      int value = plan->oom_score_adjustment;
      int start = sizeof text;
      while (value > 0 && start > 0) {
        text[--start] = (char)('0' + value % 10);
        value /= 10;
      }
      // A kernel that refuses leaves the score as it was, which harms nobody.
      (void)!write(score, text + start, sizeof text - (size_t)start);
      close(score);
    }
  }

  if (plan->open_files > 0) {
    struct rlimit limit;
    // What the keeper raised for itself is no gift: programs that use select() break above 1,024.
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > (rlim_t)plan->open_files) {
      limit.rlim_cur = (rlim_t)plan->open_files;
      if (setrlimit(RLIMIT_NOFILE, &limit) != 0) goto failed;
    }
  }

  if (plan->niceness > 0) {
    // Less is never refused; and if it were, the task could run all the same.
    (void)!nice(plan->niceness);
  }

  outcome->step = banyan_spawn_step_folder;
  if (plan->working_directory && chdir(plan->working_directory) != 0) goto failed;

  outcome->step = banyan_spawn_step_descriptors;
  for (int number = 0; number < 3; number++) {
    if (dup2(plan->standard[number], number) < 0) goto failed;
  }
  // Without this call (before Linux 5.9) the descriptors that are marked close-on-exec still go.
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0 && errno != ENOSYS) goto failed;

  outcome->step = banyan_spawn_step_exec;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(plan->path, plan->argv, plan->envp);

failed:
  outcome->error = errno;
  _exit(127);
}

// What a child is given.
struct start {
  const struct banyan_spawn_plan *plan;
  pid_t parent;
  volatile struct banyan_spawn_outcome *outcome;
};

static void begin(struct start *start) {
  run_child(start->plan, start->parent, start->outcome);
}

// vfork into a control group: the child begins its life there. Moving it afterwards would make it wait for every
// processor (cgroup_threadgroup_rwsem), milliseconds each time; a copy of its parent's memory would cost it half a
// millisecond. The C library offers this only from 2.39 on (posix_spawnattr_setcgroup_np), and a plain system call
// can't do it: the child would tread on the stack to which the call returns in its parent, so it gets one of its own.
// -1 with errno where the system refuses.
static pid_t run_in_group(struct start *start, int group) {
#if defined(__x86_64__) || defined(__aarch64__)
  _Alignas(16) char stack[32768];
  struct clone_args how;
  memset(&how, 0, sizeof how);
  how.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP;
  how.exit_signal = SIGCHLD;
  how.stack = (uint64_t)(uintptr_t)stack;
  how.stack_size = sizeof stack;
  how.cgroup = (uint64_t)group;
  long result;
#if defined(__x86_64__)
  __asm__ volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %[start], %%rdi\n\t"
      "callq *%[begin]\n\t"
      "hlt\n"
      "1:"
      : "=a"(result)
      : "0"((long)SYS_clone3), "D"(&how), "S"(sizeof how), [start] "r"(start), [begin] "r"(begin)
      : "rcx", "r11", "memory", "cc");
#else
  register long number __asm__("x8") = SYS_clone3;
  register long first __asm__("x0") = (long)&how;
  register long second __asm__("x1") = sizeof how;
  __asm__ volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, #0\n\t"
      "mov x0, %[start]\n\t"
      "blr %[begin]\n\t"
      "brk #0\n"
      "1:"
      : "+r"(first)
      : "r"(number), "r"(second), [start] "r"(start), [begin] "r"(begin)
      : "memory", "cc");
  result = first;
#endif
  if (result < 0) {
    errno = (int)-result;
    return -1;
  }
  return (pid_t)result;
#else
  (void)start;
  (void)group;
  errno = ENOSYS;
  return -1;
#endif
}

struct banyan_spawn_outcome banyan_spawn(const struct banyan_spawn_plan *plan) {
  volatile struct banyan_spawn_outcome outcome = {0, banyan_spawn_step_fork, 0};
  sigset_t all, before;
  // No handler of the parent's may run in the child while they share memory.
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  struct start start = {plan, getpid(), &outcome};
  pid_t pid = plan->group > 0 ? run_in_group(&start, plan->group) : -1;
  // What refuses the group (an old kernel, a filter of system calls) may grant the start.
  if (pid < 0) {
    pid = vfork();
    if (pid == 0) run_child(plan, start.parent, &outcome);
  }
  int error = errno;
  if (pid < 0) {
    outcome.error = error;
  } else if (outcome.error == 0) {
    outcome.pid = pid;
    outcome.step = banyan_spawn_step_none;
  } else {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  struct banyan_spawn_outcome result = {outcome.pid, outcome.step, outcome.error};
  return result;
}

int banyan_reap(struct banyan_reaped *reaped) {
  int status = 0;
  struct rusage usage;
  memset(&usage, 0, sizeof usage);
  pid_t pid;
  do {
    pid = wait4(-1, &status, WNOHANG, &usage);
  } while (pid < 0 && errno == EINTR);
  if (pid <= 0) return pid;
  reaped->pid = pid;
  reaped->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  reaped->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  reaped->cpu_microseconds = (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                             usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  struct rusage own;
  int known = getrusage(RUSAGE_SELF, &own) == 0 && usage.ru_maxrss > own.ru_maxrss;
  reaped->peak_memory_bytes = known ? (int64_t)usage.ru_maxrss * 1024 : 0;
  return 1;
}

int banyan_signal_descriptor(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int banyan_next_signal(int descriptor) {
  struct signalfd_siginfo info;
  ssize_t count;
  do {
    count = read(descriptor, &info, sizeof info);
  } while (count < 0 && errno == EINTR);
  return count == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

int banyan_timer_descriptor(void) { return timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC); }

int banyan_set_timer(int descriptor, int64_t boot_milliseconds) {
  struct itimerspec moment;
  memset(&moment, 0, sizeof moment);
  if (boot_milliseconds >= 0) {
    moment.it_value.tv_sec = boot_milliseconds / 1000;
    // A value of 0 would disarm the timer.
    moment.it_value.tv_nsec = boot_milliseconds % 1000 * 1000000 + 1;
  }
  return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &moment, NULL);
}

void banyan_clear_timer(int descriptor) {
  uint64_t expiries;
  (void)!read(descriptor, &expiries, sizeof expiries);
}

int banyan_poller(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int poller, int operation, int descriptor, uint64_t token, int for_room) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | (for_room ? EPOLLOUT : 0);
  event.data.u64 = token;
  return epoll_ctl(poller, operation, descriptor, &event);
}

int banyan_watch(int poller, int descriptor, uint64_t token) {
  return control(poller, EPOLL_CTL_ADD, descriptor, token, 0);
}

int banyan_watch_for_room(int poller, int descriptor, uint64_t token, int for_room) {
  return control(poller, EPOLL_CTL_MOD, descriptor, token, for_room);
}

void banyan_unwatch(int poller, int descriptor) { epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL); }

int banyan_wait(int poller, uint64_t *ready, int max_count) {
  struct epoll_event events[64];
  int count = epoll_wait(poller, events, max_count < 64 ? max_count : 64, -1);
  for (int index = 0; index < count; index++) ready[index] = events[index].data.u64;
  return count;
}

int64_t banyan_raise_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  int64_t before = (int64_t)limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? before : -1;
}

int64_t banyan_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  return limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > (rlim_t)INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

int banyan_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int banyan_pipe(int *ends) { return pipe2(ends, O_CLOEXEC); }

int banyan_process_descriptor(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int banyan_signal_process(int descriptor, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

int banyan_is_control_group(const char *path) {
  struct statfs system;
  return statfs(path, &system) == 0 && (unsigned long)system.f_type == CGROUP2_SUPER_MAGIC;
}

int banyan_affinity_count(void) {
  // A machine may have more processors than cpu_set_t holds: the kernel then says EINVAL.
  for (int processors = 1024; processors <= 1 << 20; processors *= 2) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (!set) return -1;
    size_t size = CPU_ALLOC_SIZE(processors);
    CPU_ZERO_S(size, set);
    if (sched_getaffinity(0, size, set) == 0) {
      int count = CPU_COUNT_S(size, set);
      CPU_FREE(set);
      return count;
    }
    int error = errno;
    CPU_FREE(set);
    errno = error;
    if (error != EINVAL) return -1;
  }
  return -1;
}

extern char **environ;

void banyan_scrub_environment(const char *name) {
  size_t length = strlen(name);
  // The list itself stays as it is: other threads may be reading it.
  for (char **entry = environ; entry && *entry; entry++) {
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') {
      char *value = *entry + length + 1;
      memset(value, 0, strlen(value));
    }
  }
}
