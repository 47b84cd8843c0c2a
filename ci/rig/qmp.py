# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor."""

import json
import select
import time

from .errors import Failure


class Monitor:
    """Speaks QMP over a socket; keep_going is called while waiting."""

    def __init__(self, sock, keep_going):
        self._sock = sock
        self._keep_going = keep_going
        self._data = b""
        self._message(30)
        self.command("qmp_capabilities")

    def _message(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\n" not in self._data:
            if time.monotonic() > deadline:
                raise Failure("QEMU's monitor does not answer")
            if select.select([self._sock], [], [], 0.05)[0]:
                data = self._sock.recv(65536)
                if not data:
                    raise Failure("QEMU closed its monitor")
                self._data += data
            else:
                # A full console would stop the machine and its monitor with it.
                self._keep_going()
        line, self._data = self._data.split(b"\n", 1)
        return json.loads(line)

    def command(self, name, timeout=120, **arguments):
        """Run a QMP command and return its result."""
        request = {"execute": name}
        if arguments:
            request["arguments"] = arguments
        self._sock.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self._message(timeout)
            if "error" in answer:
                raise Failure(f"QEMU's monitor refused {name}: {answer['error'].get('desc')}")
            if "return" in answer:
                return answer["return"]
