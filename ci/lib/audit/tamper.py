# SPDX-License-Identifier: GPL-2.0-only
"""Breaks isolation in a copy of a dump: an audit that misses one of these proves nothing.

The machine that is tampered with must be in order, and have at least two running cells,
the first of which has less than 2 MiB of executable RAM and a comm page.
"""

import copy

from . import tables
from .claims import ALL, ONE, OWN, THREE, TWO, Audit
from .config import ALLOW_UNPROTECTED_DMA, COMM, EXEC, GICV3_DIST, GICV3_ITS, IO
from .memory import Dump

PAGE = 4096
VALID, PAGE_BIT, READ, WRITE, SHARED, ACCESSED = 1, 2, 1 << 6, 1 << 7, 3 << 8, 1 << 10
MEMATTR, NORMAL, DEVICE, XN = 15 << 2, 15 << 2, 1 << 2, 2 << 53
READ_ONLY_EL2 = 1 << 7
ADDRESS = (1 << 48) - 1 & ~(PAGE - 1)


class World:
    """A dump that may be changed, and everything around it."""

    def __init__(self, system, cells, cpus, base, data):
        self.system, self.cells, self.cpus = system, cells, cpus
        self.base, self.data = base, bytearray(data)

    def copy(self):
        """To be tampered with."""
        return World(copy.deepcopy(self.system), copy.deepcopy(self.cells),
                     copy.deepcopy(self.cpus), self.base, self.data)

    def audit(self):
        """Run one."""
        dump = Dump()
        dump.add(self.base, bytes(self.data))
        return Audit(self.system, self.cells, self.cpus, dump).run()

    # --- descriptors (granule of 4 KiB) -------------------------------------

    def word(self, address):
        """A descriptor."""
        offset = address - self.base
        return int.from_bytes(self.data[offset:offset + 8], "little")

    def set_word(self, address, value):
        """Change a descriptor."""
        offset = address - self.base
        self.data[offset:offset + 8] = value.to_bytes(8, "little")

    def find(self, root, address, level, leaf=True):
        """Where the descriptor is that ends the walk, or the last table's; and its level."""
        # The first level may have concatenated tables: more than 9 bits of index.
        table, mask = root, -1
        while True:
            at = table + 8 * (address >> 39 - 9 * level & mask)
            value = self.word(at)
            if level == 3 or value & 3 != 3 or (level == 2 and not leaf):
                return at, level
            table, mask, level = value & ADDRESS, 511, level + 1

    def cpu_of(self, config):
        """The first CPU of a cell; the root cell's first that executes."""
        if config.is_root:
            taken = {hw_id for cell in self.cells for hw_id in cell.cpus}
            mine = [cpu for cpu in self.cpus if cpu.mpidr & 0xff00ffffff not in taken]
            return min(mine, key=lambda cpu: cpu.el)
        return next(cpu for cpu in self.cpus if cpu.mpidr & 0xff00ffffff == config.cpus[0])

    def stage2(self, config, address, leaf=True):
        """As find(), in a cell's tables."""
        return self.find(self.cpu_of(config).root_table, address, 1, leaf)

    def put(self, config, address, phys, flags=READ | WRITE | NORMAL):
        """Map something."""
        at, level = self.stage2(config, address)
        size = 1 << (39 - 9 * level)
        self.set_word(at, phys & ~(size - 1) | flags | SHARED | ACCESSED | VALID
                      | (PAGE_BIT if level == 3 else 0))

    def change(self, config, address, clear=0, add=0):
        """Change bits of the descriptor that maps an address."""
        at, _ = self.stage2(config, address)
        self.set_word(at, self.word(at) & ~clear | add)

    def own(self, rights, clear=0, add=0):
        """Change bits of a descriptor of EL2 that maps hypervisor memory with these rights."""
        cpu = self.cpus[0]
        run = next(run for run in self.audit().el2[0].runs
                   if run.rights == rights and run.type == "normal")
        at, _ = self.find(cpu.ttbr0_el2 & ADDRESS, run.start, 0)
        self.set_word(at, self.word(at) & ~clear | add)

    # --- what to break ------------------------------------------------------

    @property
    def cell(self):
        """The first cell."""
        return self.cells[0]

    @property
    def ram(self):
        """Its executable memory."""
        return next(region for region in self.cell.memory if region.flags & EXEC)

    @property
    def comm(self):
        """Its comm page."""
        return next(region for region in self.cell.memory if region.flags & COMM)

    @property
    def beyond(self):
        """An address that it does not have, but whose neighbours it has."""
        return self.ram.virt + self.ram.size

    @property
    def linux(self):
        """Memory of the root cell."""
        return next(region for region in self.system.memory if not region.flags & IO).phys

    def frame(self, kind):
        """Address of a platform device."""
        return next(part.phys for part in self.system.platform if part.type == kind)

    def export(self):
        """Address of a page that the root cell may read."""
        return next(run.start for run, label in self.audit().spaces[0].rows
                    if label.startswith("hypervisor: "))


def _registers(world, config, el=None, **values):
    cpu = world.cpu_of(config)
    if el is not None:
        cpu.el = el
    for name, value in values.items():
        cpu.registers[name.upper()] = value


def _foreign_page(w):
    w.put(w.cell, w.beyond, w.linux)


def _page_of_other_cell(w):
    w.put(w.cell, w.beyond, next(r for r in w.cells[1].memory if r.flags & EXEC).phys)


def _root_has_it_back(w):
    w.put(w.system, w.ram.phys, w.ram.phys)


def _distributor(w):
    w.put(w.system, w.frame(GICV3_DIST), w.frame(GICV3_DIST), READ | WRITE | DEVICE | XN)


def _other_page(w):
    w.change(w.cell, w.ram.virt, add=PAGE)


def _comm_executable(w):
    w.change(w.cell, w.comm.virt, clear=XN)


def _ram_as_device(w):
    w.change(w.cell, w.ram.virt, clear=MEMATTR, add=DEVICE)


def _device_as_ram(w):
    w.change(w.system, w.frame(GICV3_ITS), add=NORMAL)


def _stage2_off(w):
    cpu = w.cpu_of(w.cell)
    _registers(w, w.cell, el=1, hcr_el2=cpu.hcr_el2 & ~tables.HCR_VM)


def _el0_free(w):
    cpu = w.cpu_of(w.cell)
    _registers(w, w.cell, hcr_el2=cpu.hcr_el2 | tables.HCR_TGE)


def _tables_of_root(w):
    _registers(w, w.cell, el=1, vttbr_el2=w.cpu_of(w.system).vttbr_el2)


def _tables_of_other(w):
    _registers(w, w.cell, el=1, vttbr_el2=w.cpu_of(w.cells[1]).vttbr_el2)


def _same_vmid(w):
    tag = w.cpu_of(w.system).vttbr_el2 >> 48 << 48
    _registers(w, w.cell, vttbr_el2=w.cpu_of(w.cell).root_table | tag)


def _stopped_but_executing(w):
    w.cell.state = "shut-down"
    _registers(w, w.cell, el=1)


def _failed_but_reaching(w):
    w.cell.state = "failed"
    _registers(w, w.cell, el=2)


def _unknown_cell(w):
    del w.cells[0]


def _hypervisor_in_cell(w):
    w.put(w.cell, w.beyond, w.system.hypervisor_phys)


def _export_writable(w):
    w.change(w.system, w.export(), add=WRITE)


def _table_readable(w):
    table = w.cpu_of(w.cell).root_table
    w.put(w.system, table, table, READ | NORMAL | XN)


def _code_readable(w):
    w.put(w.system, w.system.hypervisor_phys, w.system.hypervisor_phys, READ | NORMAL | XN)


def _other_comm(w):
    w.change(w.cell, w.comm.virt, clear=ADDRESS, add=w.cpu_of(w.cells[1]).root_table)


def _table_outside(w):
    at, _ = w.stage2(w.cell, w.ram.virt, leaf=False)
    w.set_word(at, w.word(at) & ~ADDRESS | w.linux)


def _undeclared_dma(w):
    w.system.flags &= ~ALLOW_UNPROTECTED_DMA


def _code_writable(w):
    w.own("r-x", clear=READ_ONLY_EL2)


def _guest_memory(w):
    w.own("rw-", clear=ADDRESS, add=w.linux)


def _code_alias(w):
    w.own("rw-", clear=ADDRESS, add=w.system.hypervisor_phys)


def _no_wxn(w):
    for cpu in w.cpus:
        cpu.registers["SCTLR_EL2"] &= ~tables.SCTLR_WXN


def _page_missing(w):
    w.change(w.cell, w.ram.virt, clear=VALID)


def _page_read_only(w):
    w.change(w.cell, w.ram.virt, clear=WRITE)


def _not_loadable(w):
    w.cell.state = "created"
    _registers(w, w.cell, el=2, vttbr_el2=w.cpu_of(w.system).vttbr_el2)


# What is done, the claim that it breaks, and words that the report must have.
CASES = [
    (_foreign_page, ONE, "which its config does not give it"),
    (_page_of_other_cell, ONE, "both reach"),
    (_root_has_it_back, ONE, "both reach"),
    (_distributor, ONE, "interrupt distributor"),
    (_other_page, ONE, "where it should find physical"),
    (_comm_executable, ONE, "as rwx, its config says rw-"),
    (_ram_as_device, ONE, "as device memory"),
    (_device_as_ram, ONE, "it should be device"),
    (_stage2_off, ONE, "executes with stage 2 off"),
    (_el0_free, ONE, "TGE"),
    (_tables_of_root, ONE, "executes with the root cell's tables"),
    (_tables_of_other, ONE, "have the same tables"),
    (_same_vmid, ONE, "VMID"),
    (_stopped_but_executing, ONE, "executes, though"),
    (_failed_but_reaching, ONE, "which its config does not give it"),
    (_unknown_cell, ONE, "has other tables"),
    (_hypervisor_in_cell, TWO, "has hypervisor memory"),
    (_export_writable, TWO, "as rw-"),
    (_table_readable, TWO, "reaches a table of"),
    (_code_readable, TWO, "neither status nor console"),
    (_other_comm, TWO, "in place of its comm page"),
    (_table_outside, TWO, "outside the hypervisor's memory"),
    (_undeclared_dma, THREE, "allow_unprotected_dma"),
    (_code_writable, OWN, "writable and executable"),
    (_guest_memory, OWN, "is no memory of the hypervisor's"),
    (_code_alias, OWN, "writable and executable"),
    (_no_wxn, OWN, "WXN"),
    (_page_missing, ALL, "lacks"),
    (_page_read_only, ALL, "its config says rwx"),
    (_not_loadable, ALL, "lacks"),
]


def missed(world):
    """Apply each; yields what an audit did not report as it should."""
    before = world.audit()
    if before.breaches:
        yield f"already broken: {before.breaches[0][1]}"
        return
    for tamper, claim, words in CASES:
        changed = world.copy()
        tamper(changed)
        found = [text for broken, text in changed.audit().breaches if broken == claim]
        if not any(words in text for text in found):
            yield f"{tamper.__name__.strip('_')}: {claim} should have been broken by '{words}'"
