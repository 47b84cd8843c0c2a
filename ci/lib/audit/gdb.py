# SPDX-License-Identifier: GPL-2.0-only
"""Registers and physical memory of a running machine, through QEMU's gdb stub.

The machine stands still from connect() to close(). Protocol: "Debugging with GDB", appendix
"gdb Remote Serial Protocol"; physical memory: QEMU's documentation, "GDB usage".
"""

import re
import socket

from .claims import Cpu
from .memory import NotThere

NEEDED = ("HCR_EL2", "VTTBR_EL2", "VTCR_EL2", "TTBR0_EL2", "TCR_EL2", "MAIR_EL2", "SCTLR_EL2",
          "VMPIDR_EL2")
CHUNK = 1024
TIMEOUT_S = 20


class GdbError(Exception):
    """The stub does not do as the protocol says."""


class Stub:
    """One connection."""

    def __init__(self, sock):
        self._sock = sock
        self._data = b""
        self._numbers = None
        self._pages = {}
        self._physical = False

    @classmethod
    def connect(cls, where):
        """Connect to HOST:PORT or to the path of a socket; the machine stops."""
        try:
            if "/" in where:
                sock = socket.socket(socket.AF_UNIX)
                sock.settimeout(TIMEOUT_S)
                sock.connect(where)
            else:
                host, _, port = where.rpartition(":")
                sock = socket.create_connection((host or "127.0.0.1", int(port)), TIMEOUT_S)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError) as error:
            raise GdbError(f"no gdb stub at {where}: {error}") from None
        stub = cls(sock)
        answer = stub.command("qSupported:xmlRegisters=aarch64")
        # That the machine has stopped may be said first.
        while "PacketSize" not in answer:
            answer = stub.answer("qSupported")
        return stub

    def close(self):
        """Let the machine run on."""
        try:
            if self._physical:
                self._physical_memory(False)
            self.command("D")
        finally:
            self._sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- packets ------------------------------------------------------------

    def command(self, text):
        """Send a packet, return the answer's text."""
        body = text.encode()
        self._sock.sendall(b"$%s#%02x" % (body, sum(body) & 0xff))
        return self.answer(text)

    def answer(self, text):
        """The next packet that the stub sends, to a command."""
        while True:
            match = re.match(rb"[^$]*\$([^#]*)#([0-9a-f]{2})", self._data, re.DOTALL)
            if match:
                break
            try:
                more = self._sock.recv(65536)
            except OSError as error:
                raise GdbError(f"no answer to {text}: {error}") from None
            if not more:
                raise GdbError("the stub closed the connection")
            self._data += more
        self._data = self._data[match.end():]
        self._sock.sendall(b"+")
        if sum(match.group(1)) & 0xff != int(match.group(2), 16):
            raise GdbError("an answer with a wrong sum")
        return match.group(1).decode("latin-1")

    def _object(self, name):
        """A document of the target description."""
        text = ""
        while True:
            answer = self.command(f"qXfer:features:read:{name}:{len(text):x},400")
            if answer[:1] not in ("l", "m"):
                raise GdbError(f"the stub has no {name}")
            text += re.sub(r"}(.)", lambda match: chr(ord(match.group(1)) ^ 0x20), answer[1:],
                           flags=re.DOTALL)
            if answer[0] == "l":
                return text

    def _registers(self):
        """Number of each register by name, as the target description counts them."""
        if self._numbers is None:
            self._numbers = {}
            number = 0
            for document in re.findall(r'xi:include href="([^"]+)"', self._object("target.xml")):
                for tag in re.findall(r"<reg\s[^>]*>", self._object(document)):
                    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
                    number = int(attributes.get("regnum", number))
                    self._numbers[attributes["name"].upper()] = number
                    number += 1
        return self._numbers

    def _threads(self):
        threads, answer = [], self.command("qfThreadInfo")
        while answer.startswith("m"):
            threads += answer[1:].split(",")
            answer = self.command("qsThreadInfo")
        return threads

    def _value(self, name):
        number = self._registers().get(name)
        if number is None:
            raise GdbError(f"the stub does not show {name}")
        answer = self.command(f"p{number:x}")
        if not re.fullmatch("([0-9a-f]{2}){4,8}", answer):
            raise GdbError(f"the stub does not show {name}: {answer}")
        return int.from_bytes(bytes.fromhex(answer), "little")

    # --- what an audit wants ------------------------------------------------

    def cpus(self):
        """Registers of all CPUs."""
        result = []
        for number, thread in enumerate(self._threads()):
            self.command(f"Hg{thread}")
            registers = {name: self._value(name) for name in NEEDED}
            result.append(Cpu(number, registers["VMPIDR_EL2"], self._value("CPSR") >> 2 & 3,
                              registers))
        if not result:
            raise GdbError("the stub names no CPU")
        return result

    def read(self, address, size):
        """Bytes of physical memory: this is a memory to audit()."""
        data = bytearray()
        while len(data) < size:
            data += self._chunk(address + len(data), min(CHUNK, size - len(data)))
        return bytes(data)

    def _physical_memory(self, wanted):
        """Make memory packets mean physical memory, or what the CPU translates."""
        if self.command(f"Qqemu.PhyMemMode:{int(wanted)}") != "OK":
            raise GdbError("the stub does not read physical memory")
        self._physical = wanted

    def _chunk(self, address, size):
        if (address, size) not in self._pages:
            if not self._physical:
                self._physical_memory(True)
            answer = self.command(f"m{address:x},{size:x}")
            if len(answer) != 2 * size:
                raise NotThere(f"the stub has no memory at 0x{address:x}")
            self._pages[address, size] = bytes.fromhex(answer)
        return self._pages[address, size]
