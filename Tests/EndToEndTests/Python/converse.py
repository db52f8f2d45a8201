"""Runs a program on a terminal of its own and answers it: `converse.py WAIT SAY [WAIT SAY ...] -- PROGRAM ARG...`.

Prints what the terminal showed, then whether it echoes what is typed, and ends with the program's status.
"""

import os
import pty
import select
import sys
import termios
import time

LIMIT = 60


def main():
    place = sys.argv.index("--")
    talk, program = sys.argv[1:place], sys.argv[place + 1:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(program[0], program)
    seen = b""
    looked = 0
    end = time.monotonic() + LIMIT
    while True:
        if talk and talk[0].encode() in seen[looked:]:
            looked = len(seen)
            os.write(terminal, talk[1].encode())
            talk = talk[2:]
        left = end - time.monotonic()
        if left <= 0 or not select.select([terminal], [], [], left)[0]:
            raise SystemExit(f"nothing more within {LIMIT} s; so far {seen!r}")
        try:
            more = os.read(terminal, 65536)
        except OSError:
            more = b""
        if not more:
            break
        seen += more
    sys.stdout.write(seen.decode(errors="replace"))
    echoes = termios.tcgetattr(terminal)[3] & termios.ECHO
    print("echo is on" if echoes else "echo is off")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    raise SystemExit(status if status >= 0 else 128 - status)


main()
