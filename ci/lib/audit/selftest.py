# SPDX-License-Identifier: GPL-2.0-only
"""Tests the audit on a machine made up here: tables and configs built word by word."""

import struct
import unittest

from . import tables, tamper
from .claims import ALL, ONE, TWO, Cpu, NotAudited
from .config import (ALLOW_UNPROTECTED_DMA, ARM64, CELL, COMM, DMA, EXEC, GICV3_DIST, GICV3_ITS,
                     GICV3_REDIST, HEADER, IO, LOADABLE, MAGIC, MEMORY, PLATFORM, READ,
                     ROOTSHARED, SYSTEM, WRITE, BadConfig, parse)
from .memory import Dump
from .registers import load, save

MIB = 1 << 20
HV, HV_SIZE = 0x80000000, 4 * MIB
LINUX, CELL_A, CELL_B, WINDOW, DEVICE = 0x40000000, 0x60000000, 0x60200000, 0x60400000, 0x9000000
GICD, GICR, ITS = 0x8000000, 0x80a0000, 0x8080000
RWX, RW = READ | WRITE | EXEC, READ | WRITE
VTCR = 0x80023558       # 40 bits, two tables at level 1
TCR = 0x80803510        # 48 bits
MAIR = 0x04ff


def blob(name, kind, cpus, memory, platform=(), flags=0):
    """A .cell file without the part for tools."""
    arrays, body = [], b""
    for layout, entries in (("<Q", [(cpu,) for cpu in cpus]), (MEMORY.format, memory),
                            ("<IIII", ()), (PLATFORM.format, platform), ("<I", ()), ("<I", ())):
        arrays += [HEADER.size + len(body) if entries else 0, len(entries)]
        body += b"".join(struct.pack(layout, *entry) for entry in entries)
    total = HEADER.size + len(body)
    hv_memory = (HV, HV_SIZE) if kind == SYSTEM else (0, 0)
    return HEADER.pack(MAGIC, 1, ARM64, kind, total, total, flags, 0, name.encode(), b"", 0, 0,
                       *hv_memory, 1, 0, DEVICE if kind == SYSTEM else 0, *arrays,
                       *[0] * 20) + body


def system():
    """The made-up machine."""
    return blob("board", SYSTEM, [0, 1, 2], [
        (DEVICE, DEVICE, 0x1000, RW | IO, 0), (LINUX, LINUX, 512 * MIB, RWX | DMA, 0),
        (CELL_A, CELL_A, 8 * MIB, RWX | DMA, 0)],
        [(GICV3_DIST, 0, GICD, 0x10000), (GICV3_ITS, 0, ITS, 0x20000),
         (GICV3_REDIST, 0, GICR, 0x60000)], ALLOW_UNPROTECTED_DMA)


def cell(name, cpu, phys):
    """A cell with RAM that may be loaded, a comm page, and a window."""
    return blob(name, CELL, [cpu], [
        (phys, 0, MIB, RWX | LOADABLE, 0), (0, 0x10000000, 0x1000, RW | COMM, 0),
        (WINDOW, 0x20000000, 0x2000, RW | ROOTSHARED, 0)])


class Builder:
    """Hypervisor memory with tables in it."""

    def __init__(self):
        self.data = bytearray(HV_SIZE)
        self.next = HV + 0x10000

    def page(self, count=1, content=b"", align=1):
        """Allocate."""
        size = count * 4096
        self.next += -self.next % (align * 4096)
        at, self.next = self.next, self.next + size
        self.data[at - HV:at - HV + len(content)] = content
        return at

    def map(self, root, address, phys, size, flags, start=1):
        """Map by pages and blocks of 2 MiB."""
        while size:
            big = not (address | phys) % (2 * MIB) and size >= 2 * MIB
            table, level, mask = root, start, -1
            while level < (2 if big else 3):
                at = table + 8 * (address >> 39 - 9 * level & mask) - HV
                if not self.data[at] & 1:
                    self.data[at:at + 8] = struct.pack("<Q", self.page() | 3)
                table = struct.unpack_from("<Q", self.data, at)[0] & tamper.ADDRESS
                level, mask = level + 1, 511
            at = table + 8 * (address >> 39 - 9 * level & mask) - HV
            word = phys | flags | tamper.SHARED | tamper.ACCESSED | (1 if big else 3)
            self.data[at:at + 8] = struct.pack("<Q", word)
            step = 2 * MIB if big else 4096
            address, phys, size = address + step, phys + step, size - step


def stage2_flags(flags):
    """Descriptor bits for flags of a config."""
    return (tamper.READ | (tamper.WRITE if flags & WRITE else 0)
            | (0 if flags & EXEC else tamper.XN)
            | (tamper.DEVICE if flags & IO else tamper.NORMAL))


def world(states=("running", "running")):
    """Root cell on CPU 0, cells on CPUs 1 and 2."""
    build, cpus = Builder(), []
    configs = [parse(system()), parse(cell("one", 1, CELL_A), states[0]),
               parse(cell("two", 2, CELL_B), states[1])]
    taken = [0 if state == "created" else MIB for state in states]
    roots = [build.page(2, align=2) for _ in configs]
    comm = [build.page(content=b"BULKCOMM") for _ in configs]
    for number, config in enumerate(configs):
        for region in config.memory:
            phys = comm[number] if region.flags & COMM else region.phys
            pieces = [(region.virt, phys, region.size)]
            if number == 0 and phys == CELL_A:
                # Less what was taken from it for the cells.
                pieces = [(at, at, 2 * MIB - gone) for at, gone in zip(
                    (CELL_A + taken[0], CELL_B + taken[1]), taken)]
                pieces.append((WINDOW, WINDOW, 4 * MIB))
            for piece in pieces:
                build.map(roots[number], *piece, stage2_flags(region.flags))
    build.map(roots[0], ITS, ITS, 0x20000, stage2_flags(RW | IO))
    exports = [struct.pack("<IIIIQ", n, 1, n, 0, n) for n in range(3)]
    exports += [struct.pack("<II32s", n, 4, config.name.encode())
                for n, config in enumerate(configs)]
    exports += [struct.pack("<II", 4096, 77) + b"x" * 4096] * 4
    for content in exports:
        at = build.page(-(-len(content) // 4096), content)
        build.map(roots[0], at, at, -(-len(content) // 4096) * 4096, stage2_flags(READ))
    el2 = own_tables(build)
    for number, root in enumerate(roots):
        cpus.append(Cpu(number, 0x80000000 | number, 1, {
            "HCR_EL2": 0x80000001, "VTTBR_EL2": root | (number + 1) << 48, "VTCR_EL2": VTCR,
            "TTBR0_EL2": el2, "TCR_EL2": TCR, "MAIR_EL2": MAIR, "SCTLR_EL2": 0x30cd183d,
            "VMPIDR_EL2": 0x80000000 | number}))
    return tamper.World(configs[0], configs[1:], cpus, HV, build.data)


def own_tables(build):
    """Those of EL2: code, constants, data, a console and the interrupt controller."""
    root, high = build.page(), 0x700000000000
    read_only, never = 1 << 7, 1 << 54
    for address, phys, size, flags in (
            (HV, HV, 0x1000, read_only), (high, HV, 0x8000, read_only),
            (high + 0x8000, HV + 0x8000, 0x1000, read_only | never),
            (high + 0x9000, HV + 0x9000, 2 * MIB - 0x9000, never),
            (high + 2 * MIB, HV + 2 * MIB, 2 * MIB, never),
            (high + 16 * MIB, DEVICE, 0x1000, never | 1 << 2),
            (high + 32 * MIB, GICD, 0x10000, never | 1 << 2),
            (high + 48 * MIB, GICR, 0x60000, never | 1 << 2)):
        build.map(root, address, phys, size, flags, start=0)
    return root


class Whole(unittest.TestCase):
    """Audits of the made-up machine."""

    def clean(self, done):
        """No breach."""
        self.assertEqual(done.breaches, [])

    def broken(self, done, claim, words):
        """Some breach of a claim has these words."""
        self.assertTrue(any(words in text for one, text in done.breaches if one == claim),
                        f"no breach of {claim} says '{words}': {done.breaches}")

    def test_in_order(self):
        """All is well; windows that the root cell shares do not change that."""
        done = world().audit()
        self.clean(done)
        self.assertEqual(len(done.spaces), 3)
        self.assertEqual([(run.start, run.size, run.rights) for run, _ in done.spaces[1].rows],
                         [(0, MIB, "rwx"), (0x10000000, 4096, "rw-"), (0x20000000, 8192, "rw-")])

    def test_tampered(self):
        """Each kind of breach is reported."""
        self.assertEqual(list(tamper.missed(world())), [])

    def test_created(self):
        """A cell that is not loaded: its CPU waits, the root cell has its memory."""
        made = world(("created", "running"))
        cpu = made.cpus[1]
        cpu.el, cpu.registers["VTTBR_EL2"] = 2, made.cpus[0].vttbr_el2
        self.clean(made.audit())
        cpu.el = 1
        self.broken(made.audit(), ONE, "executes, though")

    def test_revoked(self):
        """A cell that has failed: its first level is there, but faults."""
        made = world(("failed", "running"))
        made.cpus[1].el = 2
        self.broken(made.audit(), ONE, "which its config does not give it")
        root = made.cpus[1].root_table
        for entry in range(root, root + 8192, 8):
            made.set_word(entry, made.word(entry) & ~1)
        self.clean(made.audit())

    def test_window_between_cells(self):
        """Shared with the root cell is not shared with a cell that does not say so."""
        made = world()
        made.cells[1].memory[2].flags &= ~ROOTSHARED
        self.broken(made.audit(), ONE, "both reach")

    def test_no_dump(self):
        """Tables that the dump does not have are not taken for empty ones."""
        made = world()
        made.data = made.data[:0x8000]
        self.broken(made.audit(), TWO, "is not in the memory given")

    def test_outside(self):
        """A CPU that the hypervisor never had is named; without any there is nothing to say."""
        made = world()
        made.cpus[2].registers.update(SCTLR_EL2=0x30c50830, VTTBR_EL2=0, HCR_EL2=0)
        made.cpus[2].el = 2
        self.broken(made.audit(), ONE, "is not under the hypervisor")
        made.cells.pop()
        self.assertTrue(made.audit().notes)
        for cpu in made.cpus:
            cpu.registers["SCTLR_EL2"] &= ~1
        with self.assertRaises(NotAudited):
            made.audit()
        del made.cpus[0]
        with self.assertRaises(NotAudited):
            made.audit()

    def test_never_started(self):
        """A running cell none of whose CPUs has its tables lacks them."""
        made = world()
        made.cpus[1].el, made.cpus[1].registers["VTTBR_EL2"] = 2, made.cpus[0].vttbr_el2
        self.broken(made.audit(), ALL, "has tables of its own")


class Descriptors(unittest.TestCase):
    """Decoding, bit by bit."""

    def leaf(self, bits, vtcr=VTCR):
        """What a stage 2 page descriptor maps."""
        build = Builder()
        root = build.page(2, align=2)
        build.map(root, 0x3000, LINUX, 4096, bits)
        dump = Dump()
        dump.add(HV, bytes(build.data))
        return tables.stage2(dump, root, vtcr, 1).runs

    def test_rights(self):
        """S2AP, XN[1:0], DBM."""
        for bits, rights in ((0, "--x"), (1 << 6, "r-x"), (1 << 7, "-wx"), (3 << 6, "rwx"),
                             (2 << 53, "---"), (1 << 53, "--x"), (3 << 53, "--x"),
                             (1 << 51, "--x")):
            self.assertEqual(self.leaf(bits)[0].rights, rights, hex(bits))
        # With hardware management of the dirty state, DBM makes it writable.
        self.assertEqual(self.leaf(1 << 51, VTCR | 3 << 21)[0].rights, "-wx")

    def test_types(self):
        """MemAttr."""
        self.assertEqual([self.leaf(bits << 2)[0].type for bits in (0, 1, 3, 15)],
                         ["device"] * 3 + ["normal"])
        self.assertIn("not write-back", self.leaf(5 << 2)[0].type)

    def test_access_flag(self):
        """A page without it faults, unless hardware sets it."""
        for vtcr, count in ((VTCR, 0), (VTCR | 1 << 21, 1)):
            build = Builder()
            root = build.page(2, align=2)
            build.map(root, 0, LINUX, 4096, 0)
            at = tamper.World(None, [], [], HV, build.data).find(root, 0, 1)[0] - HV
            build.data[at + 1] &= ~4
            dump = Dump()
            dump.add(HV, bytes(build.data))
            self.assertEqual(len(tables.stage2(dump, root, vtcr, 1).runs), count)

    def walk(self, words, vtcr, root=HV):
        """Stage 2 over memory that has these words: {address: value}."""
        data = bytearray(0x100000)
        for address, value in words.items():
            struct.pack_into("<Q", data, address - HV, value)
        dump = Dump()
        dump.add(HV, bytes(data))
        return tables.stage2(dump, root, vtcr, 1)

    def test_granules(self):
        """Pages and blocks of 16 and 64 KiB granules, and where blocks do not exist."""
        leaf = tamper.ACCESSED | 1
        sixteen, sixtyfour = 2 << 14 | 1 << 6 | 28, 1 << 14 | 1 << 6 | 28
        run = self.walk({HV + 8: HV + 0x4003, HV + 0x4010: LINUX | leaf | 2}, sixteen).runs[0]
        self.assertEqual((run.start, run.phys, run.size), (0x2008000, LINUX, 0x4000))
        run = self.walk({HV + 8: LINUX | leaf}, sixteen).runs[0]
        self.assertEqual((run.start, run.size), (0x2000000, 0x2000000))
        run = self.walk({HV + 8: HV + 0x10003, HV + 0x10010: LINUX | leaf | 2}, sixtyfour).runs[0]
        self.assertEqual((run.start, run.phys, run.size), (0x20020000, LINUX, 0x10000))
        # Level 0, granule 4 KiB: a block there is reserved.
        self.assertEqual(self.walk({HV: LINUX | leaf}, 2 << 6 | 16).runs, [])
        # A page at level 3 has bit 1 set.
        self.assertEqual(self.walk({HV: HV + 0x1003, HV + 0x1000: HV + 0x2003,
                                    HV + 0x2000: LINUX | leaf}, 1 << 6 | 25).runs, [])

    def test_concatenated(self):
        """The second table of the first level."""
        run = self.walk({HV + 513 * 8: LINUX | tamper.ACCESSED | 1}, VTCR).runs[0]
        self.assertEqual((run.start, run.size), (513 << 30, 1 << 30))

    def test_refused(self):
        """What this does not know, it does not guess."""
        for vtcr in (VTCR | 3 << 14, VTCR | 1 << 32, VTCR & ~63 | 16, VTCR | 3 << 6):
            with self.assertRaises(tables.Unsupported):
                self.walk({}, vtcr)
        with self.assertRaises(tables.Unsupported):
            self.walk({HV + 8 * n: HV + 3 for n in range(512)}, VTCR)
        with self.assertRaises(tables.Unsupported):
            tables.stage2(Dump(), HV, VTCR, tables.HCR_FWB)
        with self.assertRaises(tables.Unsupported):
            tables.el2(Dump(), HV, TCR, MAIR, 1, tables.HCR_E2H)

    def test_misaligned(self):
        """Concatenated tables are aligned to their size."""
        self.assertTrue(self.walk({}, VTCR, HV + 0x1000).problems)

    def test_hierarchical(self):
        """APTable and XNTable of EL2 take rights away, unless TCR_EL2.HPD."""
        build = Builder()
        root = build.page()
        build.map(root, 0x1000, HV, 4096, 0, start=0)
        at = root - HV
        build.data[at:at + 8] = struct.pack("<Q", struct.unpack_from("<Q", build.data, at)[0]
                                            | 1 << 62 | 1 << 60)
        dump = Dump()
        dump.add(HV, bytes(build.data))
        for tcr, rights in ((TCR, "r--"), (TCR | 1 << 24, "rwx")):
            self.assertEqual(tables.el2(dump, root, tcr, MAIR, 0x80001, 0).runs[0].rights, rights)


class Files(unittest.TestCase):
    """Configs and registers."""

    def test_damaged(self):
        """No damage of a config is taken for one, and none ends otherwise."""
        whole = system()
        parse(whole)
        for size in range(len(whole)):
            with self.assertRaises(BadConfig):
                parse(whole[:size])
        for at in range(len(whole)):
            for value in (0, 0xff):
                try:
                    parse(whole[:at] + bytes([value]) + whole[at + 1:])
                except BadConfig:
                    pass

    def test_registers(self):
        """A file of registers comes back as it was."""
        cpus = world().cpus
        again = load(save(cpus))
        self.assertEqual([vars(cpu) for cpu in again], [vars(cpu) for cpu in cpus])


def run():
    """Run all; returns how many ran, and a text if some failed."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromModule(__import__(__name__, fromlist=["*"])).run(result)
    wrong = [f"{case}: {text}" for case, text in result.failures + result.errors]
    return result.testsRun, "\n".join(wrong)
