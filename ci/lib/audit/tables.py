# SPDX-License-Identifier: GPL-2.0-only
"""Walks translation tables of the VMSAv8-64 format.

Written from the Arm Architecture Reference Manual, DDI 0487: D8.2 (walks, granules,
concatenated tables), D8.3 (descriptors), D8.4 (permissions), D8.6 (memory
types), D19.2 (registers). FEAT_LPA2, FEAT_D128 and the like are refused, not guessed.
"""

from dataclasses import dataclass

from .memory import NotThere, words

# TG0 of TCR_EL2 and VTCR_EL2: log2 of the granule.
GRANULES = {0: 12, 1: 16, 2: 14}
# VTCR_EL2.SL0, by log2 of the granule: the level at which a walk starts.
START_LEVELS = {12: {0: 2, 1: 1, 2: 0}, 14: {0: 3, 1: 2, 2: 1}, 16: {0: 3, 1: 2, 2: 1}}
# Levels at which a block descriptor exists.
BLOCK_LEVELS = {12: (1, 2), 14: (2,), 16: (2,)}
# No sane set of tables is larger.
MAX_DESCRIPTORS = 1 << 21

HCR_VM, HCR_FWB, HCR_E2H, HCR_TGE = 1 << 0, 1 << 46, 1 << 34, 1 << 27
SCTLR_M, SCTLR_WXN = 1 << 0, 1 << 19


class Unsupported(Exception):
    """The registers ask for a format that this does not know."""


@dataclass
class Run:
    """Memory mapped in one piece, everywhere alike."""

    start: int      # address that is translated
    size: int
    phys: int
    rights: str     # "rwx", with dashes
    type: str       # "normal", "device", or what else it is

    @property
    def end(self):
        """First address after it."""
        return self.start + self.size

    def part(self, start, end):
        """The part between two addresses."""
        return Run(start, end - start, self.phys + start - self.start, self.rights, self.type)


@dataclass
class Walk:
    """What a set of tables maps."""

    root: int
    runs: list          # sorted by address
    tables: list        # (address, size) of each table read
    problems: list      # what the tables must not be


def bits(value, high, low):
    """A field of a register."""
    return value >> low & (1 << (high - low + 1)) - 1


def merged(runs):
    """Runs in order, neighbours that continue each other joined."""
    result = []
    for run in sorted(runs, key=lambda run: run.start):
        last = result[-1] if result else None
        if (last and last.end == run.start and last.phys + last.size == run.phys
                and (last.rights, last.type) == (run.rights, run.type)):
            last.size += run.size
        else:
            result.append(Run(**vars(run)))
    return result


class Walker:
    """A walk of one stage; decode() turns a leaf into rights and type."""

    def __init__(self, memory, root, input_bits, start_level, granule, decode):
        self.memory = memory
        self.granule = granule
        self.stride = granule - 3
        self.decode = decode
        self.result = Walk(root, [], [], [])
        self.left = MAX_DESCRIPTORS
        shift = self.shift(start_level)
        if not 0 < input_bits - shift <= self.stride + 4:
            raise Unsupported("start level and address size do not fit")
        self.table(root, start_level, 0, 1 << (input_bits - shift), ())
        self.result.runs = merged(self.result.runs)

    def shift(self, level):
        """log2 of what one descriptor of a level spans."""
        return self.granule + (3 - level) * self.stride

    def table(self, address, level, base, count, above):
        """Read one table, or several concatenated ones."""
        result = self.result
        size = count * 8
        result.tables.append((address, max(size, 1 << self.granule)))
        if address & (size - 1):
            result.problems.append(f"table at 0x{address:x} is not aligned")
        self.left -= count
        if self.left < 0:
            raise Unsupported("more tables than there can be: they refer to each other")
        try:
            descriptors = words(self.memory, address, count)
        except NotThere:
            result.problems.append(f"table at 0x{address:x} is not in the memory given")
            return
        for index, descriptor in enumerate(descriptors):
            if descriptor & 1:
                self.entry(descriptor, level, base + (index << self.shift(level)), above)

    def entry(self, descriptor, level, base, above):
        """One valid descriptor: a table, a leaf, or a reserved form, which maps nothing."""
        shift = self.shift(level)
        next_or_page = descriptor & 2
        if level < 3 and next_or_page:
            table = descriptor & ((1 << 48) - 1) & ~((1 << self.granule) - 1)
            self.table(table, level + 1, base, 1 << self.stride, (*above, descriptor))
            return
        if bool(next_or_page) != (level == 3) or (level < 3 and
                                                  level not in BLOCK_LEVELS[self.granule]):
            return
        leaf = self.decode(descriptor, above)
        if leaf:
            phys = descriptor & ((1 << 48) - 1) & ~((1 << shift) - 1)
            self.result.runs.append(Run(base, 1 << shift, phys, *leaf))


def _granule(value):
    if value not in GRANULES:
        raise Unsupported(f"granule {value} is reserved")
    return GRANULES[value]


def _stage2_type(attributes):
    """MemAttr[3:0], without FEAT_S2FWB: D8.6.5."""
    if attributes >> 2 == 0:
        return "device"
    return "normal" if attributes == 15 else f"normal, not write-back ({attributes:#x})"


def stage2(memory, vttbr, vtcr, hcr):
    """What a cell reaches, by VTTBR_EL2, VTCR_EL2 and HCR_EL2."""
    if hcr & HCR_FWB or bits(vtcr, 32, 32) or bits(vtcr, 33, 33):
        raise Unsupported("stage 2 uses FEAT_S2FWB or FEAT_LPA2")
    granule = _granule(bits(vtcr, 15, 14))
    start = START_LEVELS[granule].get(bits(vtcr, 7, 6))
    if start is None:
        raise Unsupported("VTCR_EL2.SL0 is reserved")
    hardware_access, hardware_dirty = bits(vtcr, 21, 21), bits(vtcr, 22, 22)

    def decode(descriptor, _above):
        # An access flag of zero faults, unless hardware sets it.
        if not bits(descriptor, 10, 10) and not hardware_access:
            return None
        write = bits(descriptor, 7, 7) or (hardware_dirty and bits(descriptor, 51, 51))
        # XN[1:0] 0b10: neither EL1 nor EL0. With the others one of them may, or both.
        rights = (("r" if bits(descriptor, 6, 6) else "-") + ("w" if write else "-")
                  + ("-" if bits(descriptor, 54, 53) == 2 else "x"))
        return rights, _stage2_type(bits(descriptor, 5, 2))

    root = vttbr & ((1 << 48) - 1) & ~1
    return Walker(memory, root, 64 - bits(vtcr, 5, 0), start, granule, decode).result


def vmid(vttbr, vtcr):
    """The VMID that TLB entries are tagged with: 16 bits only if VTCR_EL2.VS says so."""
    return bits(vttbr, 63, 48) if bits(vtcr, 19, 19) else bits(vttbr, 55, 48)


def _stage1_type(mair, index):
    attributes = mair >> 8 * index & 0xff
    if attributes >> 4 == 0:
        return "device"
    return "normal" if attributes == 0xff else f"normal, not write-back ({attributes:#x})"


def el2(memory, ttbr0, tcr, mair, sctlr, hcr):
    """What the hypervisor itself reaches, by TTBR0_EL2 and its registers."""
    if hcr & HCR_E2H:
        raise Unsupported("EL2 runs with HCR_EL2.E2H")
    if bits(tcr, 32, 32):
        raise Unsupported("EL2's tables use FEAT_LPA2")
    granule = _granule(bits(tcr, 15, 14))
    input_bits = 64 - bits(tcr, 5, 0)
    levels = -(-(input_bits - granule) // (granule - 3))
    hierarchical = not bits(tcr, 24, 24)
    hardware_access, hardware_dirty = bits(tcr, 21, 21), bits(tcr, 22, 22)

    def decode(descriptor, above):
        if not bits(descriptor, 10, 10) and not hardware_access:
            return None
        read_only, never = bits(descriptor, 7, 7), bits(descriptor, 54, 54)
        if hardware_dirty and bits(descriptor, 51, 51):
            read_only = 0
        if hierarchical:
            # APTable[1] and XNTable of the tables on the way.
            read_only |= any(bits(table, 62, 62) for table in above)
            never |= any(bits(table, 60, 60) for table in above)
        rights = "r" + ("-" if read_only else "w") + ("-" if never else "x")
        return rights, _stage1_type(mair, bits(descriptor, 4, 2))

    result = Walker(memory, ttbr0 & ((1 << 48) - 1) & ~1, input_bits, 4 - levels, granule,
                    decode).result
    for bit, meaning in ((SCTLR_M, "its MMU is off"), (SCTLR_WXN, "SCTLR_EL2.WXN is clear")):
        if not sctlr & bit:
            result.problems.append(meaning)
    return result
