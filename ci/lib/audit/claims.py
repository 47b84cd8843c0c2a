# SPDX-License-Identifier: GPL-2.0-only
"""The claims, and whether what the tables say bears them out."""

from dataclasses import dataclass, field

from . import tables
from .config import (ALLOW_UNPROTECTED_DMA, COMM, DMA, GICV3_DIST, GICV3_ITS,
                     GICV3_REDIST, LOADABLE, PAGE, PLATFORM_NAMES)
from .exports import Exports
from .memory import NotThere
from .ranges import Wanted, bytes_text, common, compare, within, without
from .tables import Run

AFFINITY = 0xff00ffffff
COMM_MAGIC = b"BULKCOMM"

ONE, TWO, THREE, OWN, ALL = "claim 1", "claim 2", "claim 3", "EL2", "configs"
TITLES = {
    ONE: "a cell reads and writes only its memory",
    TWO: "no cell reaches the hypervisor's memory",
    THREE: "device DMA reaches only its cell's memory",
    OWN: "the hypervisor maps nothing of a guest, and nothing writable and executable",
    ALL: "each cell has all that its config gives it",
}


class NotAudited(Exception):
    """What was given is not enough, or contradicts itself."""


@dataclass
class Cpu:
    """One CPU: the registers that decide what it reaches."""

    number: int
    mpidr: int
    el: int
    registers: dict

    def __getattr__(self, name):
        try:
            return self.__dict__["registers"][name.upper()]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def under(self):
        """Has the hypervisor taken it over?"""
        return bool(self.sctlr_el2 & tables.SCTLR_M)

    @property
    def root_table(self):
        """Address of its stage 2 tables."""
        return self.vttbr_el2 & ((1 << 48) - 1) & ~1


@dataclass
class Space:
    """What one cell reaches."""

    config: object
    cpus: list
    walk: object = None
    rows: list = field(default_factory=list)    # (Run, what it is)

    @property
    def title(self):
        """For messages."""
        return f"root cell {self.config.name}" if self.config.is_root else \
            f"cell {self.config.name}"

    @property
    def runs(self):
        """Its mappings; none if no CPU uses tables of it."""
        return self.walk.runs if self.walk else []


class Audit:
    """One machine at one moment. After run(): spaces, el2, breaches, notes."""

    def __init__(self, system, cells, cpus, memory):
        self.system, self.cells, self.cpus, self.memory = system, cells, cpus, memory
        self.breaches = []      # (claim, text)
        self.notes = []
        self.spaces = []
        self.el2 = []           # walks of the hypervisor's own tables
        self.hv = (system.hypervisor_phys, system.hypervisor_phys + system.hypervisor_size)

    def run(self):
        """All checks. Returns self."""
        self._sort_cpus()
        for cpu in self.cpus:
            if cpu.under:
                self._check_cpu(cpu)
        self._check_vmids()
        self._walk_own()
        for space in self.spaces:
            self._check_space(space)
        self._check_sharing()
        self._check_tables()
        self._check_dma()
        return self

    def breach(self, claim, text):
        """Note a breach, once."""
        if (claim, text) not in self.breaches:
            self.breaches.append((claim, text))

    def broken(self, claim):
        """How often a claim is broken."""
        return sum(1 for one, _ in self.breaches if one == claim)

    # --- whose CPU, whose tables --------------------------------------------

    def _sort_cpus(self):
        by_id = {cpu.mpidr & AFFINITY: cpu for cpu in self.cpus}
        if len(by_id) != len(self.cpus):
            raise NotAudited("two CPUs have the same MPIDR")
        missing = [f"{hw_id:#x}" for hw_id in self.system.cpus if hw_id not in by_id]
        if missing:
            raise NotAudited(f"no registers of CPU {', '.join(missing)}")
        for cpu in self.cpus:
            if cpu.mpidr & AFFINITY not in self.system.cpus:
                self.breach(ONE, f"CPU {cpu.number} is not in the system config")
        taken = {hw_id for cell in self.cells for hw_id in cell.cpus}
        rest = [by_id[hw_id] for hw_id in self.system.cpus if hw_id not in taken]
        self.spaces = [Space(self.system, rest)]
        self.spaces += [Space(cell, [by_id[hw_id] for hw_id in cell.cpus]) for cell in self.cells]
        self._root_walk(self.spaces[0])
        for space in self.spaces[1:]:
            self._cell_walk(space)

    def _stage2(self, cpu):
        return tables.stage2(self.memory, cpu.vttbr_el2, cpu.vtcr_el2, cpu.hcr_el2)

    def _root_walk(self, space):
        under = [cpu for cpu in space.cpus if cpu.under]
        if not under:
            raise NotAudited("no CPU of the root cell is under the hypervisor")
        # A CPU that executes the root cell, if there is one, knows best.
        chosen = min(under, key=lambda cpu: cpu.el)
        space.walk = self._stage2(chosen)
        for cpu in under:
            if cpu.root_table != chosen.root_table:
                self.breach(ONE, f"CPU {cpu.number} of the root cell has other tables "
                            f"(0x{cpu.root_table:x}) than CPU {chosen.number}")

    def _cell_walk(self, space):
        root = self.spaces[0].walk.root
        for cpu in space.cpus:
            if not cpu.under:
                self.breach(ONE, f"CPU {cpu.number} of {space.title} is not under the hypervisor")
            elif cpu.el < 2 and space.config.state != "running":
                self.breach(ONE, f"CPU {cpu.number} executes, though {space.title} is "
                            f"{space.config.state}")
            elif cpu.root_table == root:
                # A CPU that waits in the hypervisor still has what it last used.
                if cpu.el < 2:
                    self.breach(ONE, f"CPU {cpu.number} of {space.title} executes with the root "
                                "cell's tables")
            elif space.walk is None:
                space.walk = self._stage2(cpu)
            elif space.walk.root != cpu.root_table:
                self.breach(ONE, f"CPUs of {space.title} have different tables")
        others = [other for other in self.spaces[1:] if other is not space and other.walk
                  and space.walk and other.walk.root == space.walk.root]
        for other in others:
            self.breach(ONE, f"{space.title} and {other.title} have the same tables")

    def _check_cpu(self, cpu):
        if cpu.el < 2 and not cpu.hcr_el2 & tables.HCR_VM:
            self.breach(ONE, f"CPU {cpu.number} executes with stage 2 off")
        if cpu.hcr_el2 & tables.HCR_TGE:
            self.breach(ONE, f"CPU {cpu.number} has HCR_EL2.TGE set: EL0 has no stage 2")

    def _check_vmids(self):
        owner = {}
        for cpu in self.cpus:
            if cpu.under:
                tag = tables.vmid(cpu.vttbr_el2, cpu.vtcr_el2)
                table = owner.setdefault(tag, cpu.root_table)
                if table != cpu.root_table:
                    self.breach(ONE, f"VMID {tag} stands for two sets of tables: "
                                f"0x{table:x} and 0x{cpu.root_table:x}")
        for cpu in self.cpus:
            if not cpu.under:
                self.notes.append(f"CPU {cpu.number} has never come under the hypervisor; "
                                  "nothing is said of it")

    # --- the hypervisor's own tables ----------------------------------------

    def _walk_own(self):
        seen = set()
        for cpu in self.cpus:
            key = (cpu.ttbr0_el2, cpu.tcr_el2, cpu.mair_el2, cpu.sctlr_el2)
            if cpu.under and key not in seen:
                seen.add(key)
                walk = tables.el2(self.memory, *key[:3], key[3], cpu.hcr_el2)
                self.el2.append(walk)
                for problem in walk.problems:
                    self.breach(OWN, f"CPU {cpu.number}: {problem}")
                self._check_own(walk)
        for walk in self.el2:
            writable = [run for run in walk.runs if "w" in run.rights]
            for other in self.el2:
                code = [run for run in other.runs if "x" in run.rights]
                for piece, _ in common(code, writable):
                    self.breach(OWN, f"0x{piece.phys:x} ({bytes_text(piece.size)}) is "
                                "writable and executable")

    def _own_frames(self):
        frames = [(part.phys, part.phys + part.size, part.name) for part in self.system.platform
                  if part.type in (GICV3_DIST, GICV3_REDIST)]
        if self.system.console_type:
            page = self.system.console_phys & ~(PAGE - 1)
            frames.append((page, page + PAGE, "console"))
        return frames

    def _check_own(self, walk):
        for run in walk.runs:
            memory = within(run, *self.hv)
            rest = without(run, *self.hv)
            for piece in memory:
                if piece.type != "normal":
                    self.breach(OWN, f"its own memory at 0x{piece.phys:x} is mapped as "
                                f"{piece.type}")
            for start, end, name in self._own_frames():
                for piece in (part for item in rest for part in within(item, start, end)):
                    if piece.type != "device" or "x" in piece.rights:
                        self.breach(OWN, f"the {name} at 0x{piece.phys:x} is mapped as "
                                    f"{piece.type} {piece.rights}")
                rest = [part for item in rest for part in without(item, start, end)]
            for piece in rest:
                self.breach(OWN, f"0x{piece.phys:x} ({bytes_text(piece.size)}, {piece.rights}) "
                            "is mapped, and is no memory of the hypervisor's")

    # --- what a cell reaches ------------------------------------------------

    def _wanted_by_root(self):
        items = []
        for region in self.system.memory:
            pieces = [Run(region.virt, region.size, region.phys, region.rights, region.type)]
            gone = [(part.phys, part.phys + part.size) for part in self.system.platform
                    if part.type != GICV3_ITS]
            for cell in self.cells:
                gone += [(part.phys, part.phys + part.size) for part in cell.memory
                         if part.private
                         and not (part.flags & LOADABLE and cell.state == "created")]
            for start, end in gone:
                pieces = [part for piece in pieces for part in without(piece, start, end)]
            items += [Wanted(piece, region.label) for piece in pieces]
        items += [Wanted(Run(part.phys, part.size, part.phys, "rw-", "device"), part.name)
                  for part in self.system.platform if part.type == GICV3_ITS]
        return items

    def _wanted_by(self, space):
        if space.config.is_root:
            return self._wanted_by_root()
        if space.config.state != "running":
            return []
        return [Wanted(Run(region.virt, region.size, region.phys, region.rights, region.type),
                       region.label)
                for region in space.config.memory if not region.flags & COMM]

    def _check_space(self, space):
        if space.walk is None:
            if space.config.state == "running":
                self.breach(ALL, f"no CPU of {space.title} has tables of its own")
            return
        for problem in space.walk.problems:
            self.breach(TWO, f"{space.title}: {problem}")
        own = [part for run in space.runs for part in without(run, *self.hv)]
        foreign = [part for run in space.runs for part in within(run, *self.hv)]
        for have, want, label in compare(own, self._wanted_by(space)):
            self._check_piece(space, have, want, label)
        if space.config.is_root:
            self._check_exports(space, foreign)
        else:
            self._check_comm(space, foreign)
        space.rows.sort(key=lambda row: row[0].start)

    def _check_piece(self, space, have, want, label):
        if not have:
            self.breach(ALL, f"{space.title} lacks 0x{want.start:x} ({bytes_text(want.size)}), "
                        f"{label}")
            return
        where = f"0x{have.start:x} ({bytes_text(have.size)}, physical 0x{have.phys:x})"
        space.rows.append((have, label if want else "not in its config: " + self._owner(have)))
        if not want:
            self.breach(ONE, f"{space.title} reaches {where}, which its config does not give it: "
                        f"{self._owner(have)}")
            return
        if have.phys != want.phys:
            self.breach(ONE, f"{space.title} finds {where} where it should find physical "
                        f"0x{want.phys:x}, {label}")
        more = set(have.rights) - set(want.rights) - {"-"}
        less = set(want.rights) - set(have.rights) - {"-"}
        if more:
            self.breach(ONE, f"{space.title} has {where} as {have.rights}, its config says "
                        f"{want.rights}, {label}")
        if less:
            self.breach(ALL, f"{space.title} has {where} as {have.rights}, its config says "
                        f"{want.rights}, {label}")
        if have.type != want.type:
            self.breach(ONE, f"{space.title} has {where} as {have.type} memory, it should be "
                        f"{want.type}, {label}")

    def _owner(self, run):
        """Whose a stray mapping is, in words."""
        for part in self.system.platform:
            if within(run, part.phys, part.phys + part.size):
                return PLATFORM_NAMES.get(part.type, "a platform device")
        for config in (*self.cells, self.system):
            for region in config.memory:
                if not region.flags & COMM and within(run, region.phys,
                                                      region.phys + region.size):
                    return f"{region.label} of {config.name}"
        return "nothing that any config names"

    # --- hypervisor memory --------------------------------------------------

    def _check_exports(self, space, foreign):
        pages = {}
        for run in foreign:
            if "w" in run.rights or "x" in run.rights or run.start != run.phys:
                self.breach(TWO, f"{space.title} has hypervisor memory 0x{run.phys:x} "
                            f"({bytes_text(run.size)}) at 0x{run.start:x} as {run.rights}")
            for offset in range(0, run.size, PAGE):
                pages[run.phys + offset] = run.part(run.start + offset, run.start + offset + PAGE)
        try:
            for start, count, name in Exports(self.system, self.cells).explain(
                    self.memory, sorted(pages)):
                run = pages[start]
                row = Run(run.start, count * PAGE, start, run.rights, run.type)
                space.rows.append((row, f"hypervisor: {name}" if name else
                                   "hypervisor memory that is not exported"))
                if not name:
                    self.breach(TWO, f"{space.title} may read hypervisor memory 0x{start:x} "
                                "that is neither status nor console")
        except NotThere as error:
            self.breach(TWO, f"{space.title}: exported page: {error}")

    def _check_comm(self, space, foreign):
        regions = [region for region in space.config.memory if region.flags & COMM]
        wanted = []
        if space.config.state == "running":
            for region in regions:
                have = [run.part(region.virt, region.virt + region.size) for run in foreign
                        if run.start <= region.virt and region.virt + region.size <= run.end]
                phys = have[0].phys if have else 0
                wanted.append(Wanted(Run(region.virt, region.size, phys, region.rights,
                                         region.type), region.label))
        for have, want, label in compare(foreign, wanted):
            if have and not want:
                space.rows.append((have, "hypervisor memory"))
                self.breach(TWO, f"{space.title} has hypervisor memory 0x{have.phys:x} "
                            f"({bytes_text(have.size)}) at 0x{have.start:x} as {have.rights}")
                continue
            self._check_piece(space, have, want, label)
            if have:
                self._check_comm_page(space, have)

    def _check_comm_page(self, space, run):
        try:
            magic = self.memory.read(run.phys, len(COMM_MAGIC))
        except NotThere:
            magic = b""
        if magic != COMM_MAGIC:
            self.breach(TWO, f"{space.title} has hypervisor memory 0x{run.phys:x} in place of its "
                        "comm page")
        for walk in self.el2:
            code = [own for own in walk.runs if "x" in own.rights or "w" not in own.rights]
            if list(common([run], code)):
                self.breach(TWO, f"{space.title} may write the hypervisor's code or constants at "
                            f"0x{run.phys:x}")

    def _check_tables(self):
        """All tables lie in hypervisor memory, where no cell reaches them."""
        walks = [(space.title, space.walk) for space in self.spaces if space.walk]
        walks += [("the hypervisor", walk) for walk in self.el2]
        for title, walk in walks:
            for address, size in walk.tables:
                # A root table without entries is in nobody's way, wherever it is.
                if address < self.hv[0] or address + size > self.hv[1]:
                    self.breach(TWO, f"a table of {title} is at 0x{address:x}, outside the "
                                "hypervisor's memory")
                table = [Run(address, size, address, "---", "normal")]
                for space in self.spaces:
                    for run, _ in common(space.runs, table):
                        self.breach(TWO, f"{space.title} reaches a table of {title} at "
                                    f"0x{run.phys:x} as {run.rights}")

    # --- between cells ------------------------------------------------------

    @staticmethod
    def _shared(config):
        return [Run(part.phys, part.size, part.phys, "---", "") for part in config.memory
                if not part.private and not part.flags & COMM]

    def _check_sharing(self):
        for index, one in enumerate(self.spaces):
            for other in self.spaces[index + 1:]:
                for run, _ in common(one.runs, other.runs):
                    pieces = [run]
                    if not one.config.is_root:
                        pieces = [mine for mine, _ in common(pieces, self._shared(one.config))]
                    pieces = [mine for piece in pieces
                              for mine, _ in common([piece], self._shared(other.config))]
                    if sum(piece.size for piece in pieces) != run.size:
                        self.breach(ONE, f"{one.title} and {other.title} both reach physical "
                                    f"0x{run.phys:x} ({bytes_text(run.size)})")

    # --- devices ------------------------------------------------------------

    def _check_dma(self):
        """There is no IOMMU that the hypervisor drives: only what the configs declare counts."""
        for config in (self.system, *self.cells):
            if (any(region.flags & DMA for region in config.memory)
                    and not config.flags & ALLOW_UNPROTECTED_DMA):
                self.breach(THREE, f"{config.name} has memory for DMA, no IOMMU and no "
                            "allow_unprotected_dma")

    def unprotected(self):
        """Names of configs whose devices are held back by nothing."""
        return [config.name for config in (self.system, *self.cells)
                if config.flags & ALLOW_UNPROTECTED_DMA]
