# SPDX-License-Identifier: GPL-2.0-only
"""A booted root cell, as seen over its console."""

import base64
import hashlib
import os
import re
import select
import sys
import time

from . import paths
from .errors import Failure, tail
from .watch import Watch

# A kernel message that got into the middle of something else.
KERNEL_LINE = re.compile(rb"\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? [^\r\n]*\r?\n")
DATA_LINE = re.compile(rb"@@bulkhead:line:(\d+):([A-Za-z0-9+/=]+)@@")
# A request is shorter than what a terminal accepts as one line.
CHUNK = 2000
# How long the kernel may go on after a suspicious line before the run ends.
AFTERMATH_S = 3


READY = b"@@bulkhead:ready@@"


def begins(text, marker):
    """How many bytes at the end of a text are the beginning of a marker."""
    return next((n for n in range(len(marker), 0, -1) if text.endswith(marker[:n])), 0)


class Result(str):
    """A command's output; .status is its exit status, .seconds its duration."""

    status = 0
    seconds = 0.0


class Background:
    """A command running in the guest while others run."""

    def __init__(self, guest, number, command):
        self._guest = guest
        self._base = f"/run/agent/bg{number}"
        self.command = command
        self.pid = int(guest.run(
            f"cat >{self._base}.command <<'BULKHEAD_END'\n{command}\nBULKHEAD_END\n"
            f"(setsid sh {self._base}.command >{self._base}.output 2>&1\n"
            f" echo $? >{self._base}.status) </dev/null >/dev/null 2>&1 &\n"
            "sleep 0; echo $!"))

    def poll(self):
        """The exit status, None while the command runs."""
        text = self._guest.run(f"cat {self._base}.status 2>/dev/null || :").strip()
        return int(text) if text else None

    def output(self):
        """What the command has printed so far."""
        return self._guest.run(f"cat {self._base}.output 2>/dev/null || :")

    def wait(self, timeout=60, check=True):
        """Wait for the end; return the output. Fails on a non-zero status."""
        deadline = self._guest.deadline(timeout)
        while True:
            status = self.poll()
            if status is not None:
                break
            if time.monotonic() > deadline:
                raise Failure(f"'{self.command}' (in the background) did not end in {timeout} s\n"
                              + tail(self.output()))
            self._guest.sleep(0.3)
        result = Result(self.output())
        result.status = status
        if check and status != 0:
            raise Failure(f"'{self.command}' (in the background) ended with status {status}\n"
                          + tail(result))
        return result

    def kill(self, signal="TERM"):
        """Send a signal to the command and all it started."""
        self._guest.run(
            f"for p in $(ps -o pid,sid,args | awk -v c={self._base}.command "
            "'$4 == c || $5 == c {print $2}' | sort -u); do "
            f"for q in $(ps -o pid,sid | awk -v s=$p '$2 == s {{print $1}}'); do "
            f"kill -{signal} $q 2>/dev/null; done; done; :")


class Guest:
    """The root cell's console: runs commands, watches every line.

    Subclasses start an emulator and give the file object or socket of the
    console to _attach().
    """

    def __init__(self, log_path, name):
        self.name = name
        self.watch = Watch()
        self.log_path = log_path
        log_path.parent.mkdir(parents=True, exist_ok=True)
        self._log = open(log_path, "ab", buffering=0)
        self._console = None
        self._text = bytearray()    # everything the console has said
        self._seen = 0              # how much of it the watch has looked at
        self._expected = 0          # up to where expect() has matched
        self._count = 0
        self._ended = False
        self._suspicious_since = None

    # --- the console --------------------------------------------------------

    def deadline(self, timeout):
        """The point in time a timeout in seconds ends, on a host of this speed."""
        return time.monotonic() + timeout * paths.time_scale()

    def note(self, text):
        """Write a line of our own into the log."""
        self._log.write(f"\n>>> {text}\n".encode())

    def _attach(self, console):
        self._console = console
        console.setblocking(False)

    def _pump(self, seconds):
        """Read what the console says for at most this long; False at its end."""
        if self._ended:
            return False
        ready, _, _ = select.select([self._console], [], [], max(0, seconds))
        if not ready:
            return True
        try:
            data = self._console.recv(65536)
        except (BlockingIOError, InterruptedError):
            return True
        except ConnectionError:
            data = b""
        if not data:
            self._ended = True
            self._look(final=True)
            return False
        self._log.write(data)
        self._text += data
        self._look()
        return True

    def _look(self, final=False):
        """Show complete lines to the watch."""
        end = len(self._text) if final else self._text.rfind(b"\n") + 1
        if end <= self._seen:
            return
        for line in self._text[self._seen:end].decode(errors="replace").splitlines():
            self.watch.look(line)
        self._seen = end
        if self.watch.lines and self._suspicious_since is None:
            self._suspicious_since = time.monotonic()

    def _check_watch(self, force=False):
        """Fail on a suspicious line, some time after it so that the log has the rest."""
        if not self.watch.lines:
            return
        if force or time.monotonic() - self._suspicious_since > AFTERMATH_S:
            more = len(self.watch.lines) - 1
            raise Failure(f"unexpected on the console: {self.watch.lines[0]}"
                          + (f" (and {more} more such lines)" if more else ""))

    def _send(self, data):
        deadline = self.deadline(10)
        while data:
            _, ready, _ = select.select([], [self._console], [], 0.05)
            if ready:
                try:
                    data = data[self._console.send(data):]
                except ConnectionError:
                    raise Failure("the emulator has ended\n" + self._tail()) from None
            self._pump(0)
            if time.monotonic() > deadline:
                raise Failure("the console takes no input\n" + self._tail())

    def _tail(self):
        return tail(bytes(self._text[-4000:]).decode(errors="replace"))

    def _wait(self, pattern, start, timeout, what, idle=None):
        """
        Wait for bytes that match pattern; call idle() after quiet seconds, more each time:
        a slow machine has enough to do.
        """
        deadline = self.deadline(timeout)
        quiet = time.monotonic()
        patience = 2
        length = len(self._text)
        while True:
            match = pattern.search(self._text, start)
            if match:
                return match
            if self._ended:
                self._check_watch(force=True)
                raise Failure(f"the machine ended during {what}\n" + self._tail())
            self._check_watch()
            if time.monotonic() > deadline:
                self._check_watch(force=True)
                raise Failure(f"no end of {what} after {timeout} s\n" + self._tail())
            self._pump(min(0.5, deadline - time.monotonic()))
            if len(self._text) != length:
                length = len(self._text)
                quiet = time.monotonic()
            elif idle and time.monotonic() - quiet > patience:
                quiet = time.monotonic()
                patience *= 2
                idle()

    def text(self):
        """Everything the console has said."""
        self._pump(0)
        return self._text.decode(errors="replace")

    def expect(self, pattern, timeout=10):
        """Wait for a console text that matches a regular expression.

        Searches from the end of the last match on (from boot at first), so what
        was printed during run() is found too. Returns the match.
        """
        compiled = re.compile(pattern.encode(), re.MULTILINE)
        match = self._wait(compiled, self._expected, timeout, f"the wait for /{pattern}/")
        self._expected = match.end()
        return re.compile(pattern, re.MULTILINE).search(match.group().decode(errors="replace")) \
            or match

    def skip_to_now(self):
        """Make the next expect() search only what is said from now on."""
        while self._pump(0) and select.select([self._console], [], [], 0)[0]:
            pass
        self._expected = len(self._text)

    def allow(self, pattern):
        """Declare suspicious console lines that match as expected."""
        self.watch.allow(pattern)

    def sleep(self, seconds):
        """Let the machine run for this long, listening."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self._pump(min(0.5, deadline - time.monotonic())):
                self._check_watch(force=True)
                raise Failure("the machine ended by itself\n" + self._tail())
            self._check_watch()

    # --- commands -----------------------------------------------------------

    def _booted(self, timeout):
        self._wait(re.compile(READY), 0, timeout, "booting")
        self._check_watch(force=True)

    def _request(self, verb, number, data="-"):
        self._send(f"{verb} {number} {data}\n".encode())

    def run(self, command, timeout=30, check=True, expect_status=0, echo=None):
        """Run a shell command in the root cell and return its output.

        command        shell text, several lines allowed; runs in a shell of its own
        timeout        seconds of the host
        check          fail unless the exit status is expect_status (a number, or
                       several in a tuple, or None for any)
        echo           a text stream that gets the output as it comes
        Output is exact, standard error included, whatever else the console says.
        Processes left running must not hold on to the output: use run_bg().
        """
        self._count += 1
        number = self._count
        title = command.strip().splitlines()[0][:100] if command.strip() else "(nothing)"
        self.note(f"# {title}")
        begun = time.monotonic()
        encoded = base64.b64encode(command.encode()).decode()
        for at in range(0, len(encoded), CHUNK):
            self._request("add", "-", encoded[at:at + CHUNK])
        mark = len(self._text)
        self._request("run", number)
        done = re.compile(rb"@@bulkhead:done:%d:(\d+):(\d+):([0-9a-f]{32})@@" % number)
        start_mark = b"@@bulkhead:start:%d@@\n" % number
        match = self._wait_done(done, start_mark, mark, timeout, f"'{title}'", number, echo)
        status = int(match.group(1))
        output = self._output(mark, match, number)
        result = Result(output.decode(errors="replace"))
        result.status = status
        result.seconds = time.monotonic() - begun
        if check and expect_status is not None:
            wanted = expect_status if isinstance(expect_status, tuple) else (expect_status,)
            if status not in wanted:
                self._check_watch(force=True)
                raise Failure(f"'{title}' ended with status {status}, expected "
                              + " or ".join(map(str, wanted)) + "\n" + tail(result))
        self._pump(0)
        self._check_watch(force=bool(self.watch.lines))
        return result

    def _wait_done(self, done, start_mark, mark, timeout, what, number, echo):
        """Wait for a command's end, showing its output meanwhile."""
        again = lambda: self._request("again", number)
        if echo is None:
            return self._wait(done, mark, timeout, what, again)
        deadline = self.deadline(timeout)
        shown = None
        while True:
            if shown is None:
                at = self._text.find(start_mark, mark)
                shown = at + len(start_mark) if at >= 0 else None
            match = done.search(self._text, mark)
            end = match.start() if match else self._text.rfind(b"\n") + 1
            if shown is not None and end > shown:
                fresh = KERNEL_LINE.sub(b"", bytes(self._text[shown:end]))
                echo.write(fresh.decode(errors="replace"))
                echo.flush()
                shown = end
            if match:
                return match
            left = deadline - time.monotonic()
            try:
                self._wait(re.compile(rb"\n|@@"), len(self._text),
                           min(2, max(0.1, left)), what)
            except Failure:
                if left <= 0 or self._ended:
                    raise
                again()

    def _output(self, mark, match, number):
        """The command's exact output: as seen, cleaned, or fetched once more."""
        size, digest = int(match.group(2)), match.group(3).decode()

        def intact(data):
            return len(data) == size and hashlib.md5(data).hexdigest() == digest

        start = self._text.find(b"@@bulkhead:start:%d@@\n" % number, mark)
        if start >= 0:
            seen = bytes(self._text[self._text.index(b"\n", start) + 1:match.start()])
            for data in (seen, KERNEL_LINE.sub(b"", seen)):
                if intact(data):
                    return data
        lines = {}
        for _ in range(5):
            at = len(self._text)
            self.note(f"output of command {number} came mixed with other text; fetching it")
            self._request("get", number)
            # A mark of its own: answers to requests to say the end again may be on their way.
            self._wait(re.compile(rb"@@bulkhead:got:%d@@" % number), at, 60,
                       "fetching a command's output", lambda: self._request("get", number))
            for line in DATA_LINE.finditer(self._text, at):
                lines[int(line.group(1))] = line.group(2)
            try:
                data = b"".join(base64.b64decode(lines[n]) for n in sorted(lines))
            except ValueError:
                lines = {}
                continue
            if intact(data):
                return data
        raise Failure("a command's output could not be read: the console is too busy\n"
                      + self._tail())

    def run_bg(self, command):
        """Start a shell command in the background; returns a Background."""
        self._count += 1
        return Background(self, self._count, command)

    def put(self, name, data, mode="644"):
        """Write a file in the root cell. Large ones belong into files= of the machine."""
        if isinstance(data, str):
            data = data.encode()
        encoded = base64.encodebytes(data).decode()
        self.run(f"mkdir -p $(dirname {name})\nbase64 -d >{name} <<'BULKHEAD_END'\n{encoded}"
                 f"BULKHEAD_END\nchmod {mode} {name}", timeout=60)

    def get(self, name, timeout=120):
        """Read a file of the root cell."""
        text = self.run(f"base64 {name}", timeout=timeout)
        return base64.b64decode(text)

    # --- a person at the console --------------------------------------------

    def hand_over(self):
        """Connect this terminal with the root cell's shell until it ends."""
        import termios
        import tty
        self._request("shell", "-")
        stdin, stdout = sys.stdin.fileno(), sys.stdout.fileno()
        saved = termios.tcgetattr(stdin) if sys.stdin.isatty() else None
        start = at = len(self._text)
        try:
            if saved:
                tty.setraw(stdin)
            inputs = [self._console, stdin]
            while not self._ended:
                ready, _, _ = select.select(inputs, [], [], 0.5)
                if self._console in ready:
                    self._pump(0)
                    end = self._text.find(READY, start)
                    # What may be the beginning of the marker waits for its rest.
                    shown = end if end >= 0 else len(self._text) - begins(self._text[at:], READY)
                    os.write(stdout, self._text[at:shown])
                    at = max(at, shown)
                    if end >= 0:
                        return
                if stdin in ready:
                    keys = os.read(stdin, 1024)
                    if not keys:
                        inputs.remove(stdin)
                        keys = b"\x04"
                    self._send(keys)
        finally:
            if saved:
                termios.tcsetattr(stdin, termios.TCSADRAIN, saved)
