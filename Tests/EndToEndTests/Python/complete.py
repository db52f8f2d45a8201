"""What a real shell makes of TAB: `complete.py SHELL SETUP LINE...`.

Each LINE is typed with a TAB behind it in an interactive shell on a terminal of its own, and what then stands there is
printed as JSON, a list of words. The shell itself takes the words apart: `printf` is put in front of them.
"""

import json
import os
import pty
import select
import sys
import time

LIMIT = 60


class Shell:
    def __init__(self, arguments):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvp(arguments[0], arguments)
        self.seen = b""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, mark):
        """Everything up to a mark, which goes too."""
        end = time.monotonic() + LIMIT
        while mark not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                raise SystemExit(f"no {mark!r} within {LIMIT} s, but {self.seen!r}")
            self.seen += os.read(self.terminal, 65536)
        before, _, self.seen = self.seen.partition(mark)
        return before


def main():
    shell, setup, *lines = sys.argv[1:]
    arguments = {
        "bash": ["bash", "--norc", "--noprofile", "-i"],
        "zsh": ["zsh", "-f", "-i"],
        "fish": ["fish", "--no-config", "-i"],
    }[shell]
    os.environ["TERM"] = "xterm"
    running = Shell(arguments)
    # Each mark is written in two parts: the line that is typed is echoed, and is not to be taken for its output.
    running.type(setup + "\n" + "printf '%s%s\\n' 'ready' '>>>'\n")
    running.until(b"ready>>>")
    for number, line in enumerate(lines):
        # Ctrl-A goes to the front, where printf is put; Ctrl-E and Enter have it run.
        running.type(line + "\t" + "\x01" + f"printf '%s\\t' 'is' '<<{number}' " + "\x05" + f" '{number}>' '>'\n")
        running.until(f"is\t<<{number}\t".encode())
        words = running.until(f"\t{number}>\t>".encode())
        print(json.dumps(words.decode().split("\t")))
    os.close(running.terminal)


main()
