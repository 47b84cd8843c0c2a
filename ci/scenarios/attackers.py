# SPDX-License-Identifier: GPL-2.0-only
"""Hostile cells: each attack runs in a cell beside a witness, and is got rid of."""

import re
from dataclasses import dataclass, field

from rig.arm64 import Machine
from rig.scenario import Failure, scenario

from scenarios._attack import (FILTERED, RELAXED, SPI_ATTACKER, Config, Witness,
                               gic_state, resources, same_gic)
from scenarios._cells import CONFIGS, INMATES, enable, disable, must

CELL = "attacker"
STATE = f"/sys/class/misc/bulkhead/cells/{CELL}/state"

LINUX = 0x40000000          # Linux's RAM, physically; the cell has nothing there
HYPERVISOR = 0x7fc00000
OWN_PHYS = 0x78800000       # the cell's RAM, physically
WITNESS_PHYS = 0x78600000
READ_ONLY, NO_EXECUTE = 0x200000, 0x300000
WITNESS_CPU = 1             # attackers have CPU 3, and 2 if they have two
HIGH = 0xff00000000         # below 2^40

# Starts an attack and waits until it has said its last words. $1: config, $2: the
# command line, $3: how to know that it is over, $4: seconds
BEGIN = f"""
hvctl cell create "$1" --cmdline "$2" && hvctl cell load {CELL} {INMATES}/attack.bin || exit 1
"""
RUN = f"""
hvctl cell start {CELL} || exit 1
n=$(($3 * 20))
while [ $n -gt 0 ]; do
	hvctl cell console {CELL} >/tmp/said
	grep -q "$2" /tmp/said && break
	case $(cat {STATE}) in failed|"shut down") break;; esac
	n=$((n - 1))
	usleep 50000
done
usleep 20000
hvctl cell console {CELL}
echo "== state $(cat {STATE})"
hvctl cell crash {CELL}
"""
# Ends it, and has its CPU work for Linux: something pinned there, which sleeps.
END = f"""
now() {{ sed -n 's/^now at \\([0-9]*\\) nsecs/\\1/p' /proc/timer_list; }}
begun=$(now)
hvctl cell shutdown {CELL} --force || exit 1
stopped=$(now)
hvctl cell destroy {CELL} || exit 1
echo "stop $(((stopped - begun) / 1000)) us, destroy $((($(now) - stopped) / 1000)) us"
online=$(cat /sys/devices/system/cpu/online)
[ "$online" = 0,2-3 ] || {{ echo "online: $online"; exit 1; }}
ticks() {{ awk 'NR == 1 {{ n = NF + 1 }} /arch_timer/ {{ print $n }}' /proc/interrupts; }}
before=$(ticks)
taskset 8 sh -c 'usleep 30000; n=2000; while [ $n -gt 0 ]; do n=$((n - 1)); done' || exit 1
[ $(ticks) -gt $before ] || {{ echo "no timer interrupt on CPU 3: $before"; exit 1; }}
"""


@dataclass
class Attack:
    """One cell's command line, and what must come of it."""

    words: str                      # attack=…
    ends: str = "running"           # state of the cell afterwards
    says: tuple = ()                # must be in its output
    cause: str = ""                 # of the crash record
    address: int = None
    config: str = CELL
    wait: str = "attack: done"      # its last words
    seconds: int = 60
    more: str = ""                  # further arguments
    kernel: tuple = field(default=())

    @property
    def title(self):
        """What reports call it."""
        return f"attack={self.words} {self.more} ({self.config})"


def fails(words, cause, address=None, **more):
    """An attack that ends its cell."""
    return Attack(words, "failed", cause=cause, address=address, **more)


def stuck(words, **more):
    """An attack after which the CPU is deaf."""
    return Attack(words, wait="^tried", says=("tried: ",), **more)


def addr(*addresses):
    """As the attacks on memory want them."""
    return "addr=" + ",".join(f"{address:#x}" for address in addresses)


R, W, X = "read outside its memory", "write outside its memory", "fetch outside its memory"
DECODE = "access that cannot be emulated"

# Every way out of memory ends a cell whose policy is to stop.
ONE_SHOT = [
    *(fails(words, cause, where, more=addr(where))
      for words, cause, places in (("read", R, (LINUX, HYPERVISOR, WITNESS_PHYS, HIGH)),
                                   ("write", W, (HYPERVISOR, WITNESS_PHYS)),
                                   ("execute", X, (HYPERVISOR, LINUX)))
      for where in places),
    fails("read", R, OWN_PHYS, more=addr(OWN_PHYS)),
    fails("read-only", W, READ_ONLY, more=addr(READ_ONLY)),
    fails("no-execute", X, NO_EXECUTE, more=addr(NO_EXECUTE)),
    fails("its", R, 0x08080080),
    fails("nested", X, LINUX + 0x200, more=f"vectors={LINUX:#x}"),
    *(fails("odd", DECODE, more=f"what={what}") for what in
      ("ldp", "stp64", "post-write", "pre-read", "exclusive",
       "unaligned-read")),
    fails("psci-entry", X, LINUX, more=f"entry={LINUX:#x}", config="two"),
    Attack("system-off", "shut down"),
    Attack("system-reset", "shut down", config="two"),
    Attack("cpu-off", "shut down"),
]

# With a policy to inject, or where nothing is worth an end, all is refused.
SURVIVED = [
    Attack("read,write,execute", config="inject",
           more=addr(LINUX, HYPERVISOR, 0x7fc01000, 0x7ffff000, WITNESS_PHYS, OWN_PHYS, HIGH,
                     0x08080000, 0x09000000, 0x0a000000),
           says=("refused: read at 0x7fc00000", "refused: write at 0x7fc00000",
                 "refused: fetch at 0x7fc00000", "refused: write at 0x9000000")),
    Attack("read-only,no-execute", config="inject", more=addr(READ_ONLY),
           says=("refused: write to read-only", "refused: fetch from no-execute")),
    Attack("no-execute", config="inject", more=addr(NO_EXECUTE),
           says=("tried: code written", "refused: fetch from no-execute")),
    Attack("sweep", config="inject", says=("refused: ",),
           more=f"own={READ_ONLY:#x},0x1000,{NO_EXECUTE:#x},0x1000"),
    Attack("its", config="inject", says=("refused: read of the ITS", "refused: write to the ITS")),
    Attack("comm", more="secs=1", says=("tried: ",)),
    Attack("hypercalls", more="count=100000", says=("refused: 100000 hypercalls",)),
    Attack("hypercall-storm,console-flood", more="secs=1"),
    Attack("psci,smc,hvc", says=("PSCI calls about others' CPUs", "refused: 10000 random SMCs",
                                 "HVCs with other immediates")),
    Attack("registers,sys,eret,setway,pmu", config=CELL,
           says=("leaves registers alone", "system instructions", "memory kept",
                 "instructions of the hypervisor are not counted|are out of reach")),
    Attack("sysreg", says=("refused: 32768 reads",), seconds=120),
]

GIC = [
    Attack(words, config=config, says=says, seconds=90)
    for config in (CELL, "relaxed", "filtered")
    for words, says in (
        ("gicd,gicr", ("every word of the distributor", "redistributor at 0x80a0000",
                       "every word of the cell's own redistributor",
                       f"INTID {SPI_ATTACKER} routed to CPUs of others")),
        ("sgi,foreign-eoi", ("SGIs in every encoding", "deactivations of all 1024")))
] + [
    Attack("sgi,gicr,psci", config="two", says=("SGIs in every encoding",
                                                "redistributor at 0x80a0000",
                                                "PSCI calls about others' CPUs")),
    Attack("gic-sizes", says=("accesses of 1 to 8 bytes",)),
    Attack("odd", config="inject", says=("refused: ldp at", "refused: stp at")),
    Attack("irq-storm,timer-storm,tlbi-storm", more="secs=1",
           says=("interrupts sent to itself", "timer interrupts without a pause")),
    Attack("code-storm,gic-storm", more="secs=1", says=("rounds of interrupt controller",)),
]

STUCK = [
    stuck("mask-spin"),
    stuck("wfe-loop"),
    stuck("nested"),
    *(stuck(words, config=config, more=then)
      for words in ("wfi-closed", "ack-no-eoi", "fake-active")
      for config, then in ((CELL, "then=wfi"), ("relaxed", "then=wfi"), ("filtered", "then=wfi"),
                           (CELL, "then=spin"))),
]

VARIANTS = {
    "witness": lambda: Config("heartbeat").cpus(WITNESS_CPU),
    "two": lambda: Config("smp").name(CELL),
    "inject": lambda: Config(CELL).inject(),
    "relaxed": lambda: Config(CELL).flags(RELAXED),
    "filtered": lambda: Config(CELL).flags(FILTERED),
}


def path(config):
    """Where a config lies in the guest."""
    return f"/root/{config}.cell" if config in VARIANTS else f"{CONFIGS}/{config}.cell"


def check_end(attack, text):
    """The attack's output and the cell's state must be as they ought to."""
    said, _, rest = text.partition("== state ")
    state, crash = rest.split("\n", 1)
    report = f"{attack.title}:\n{text[-3000:]}"
    must("BREACH" not in said, f"a breach by {report}")
    must(state == attack.ends, f"state is '{state}', not '{attack.ends}', after {report}")
    for part in attack.says:
        must(re.search(part, said), f"'{part}' is missing in the output of {report}")
    if attack.ends == "running":
        must(re.search(attack.wait, said, re.MULTILINE), f"no end of {report}")
        must(not re.search(r"^attack \S+: \d+ breaches", said, re.MULTILINE), report)
    if attack.cause:
        must(attack.cause in crash, f"the crash record does not say '{attack.cause}': {report}")
    if attack.address is not None:
        must(re.search(rf"\b0x0*{attack.address:x}\b", crash),
             f"the crash record does not have {attack.address:#x}: {report}")


def one(m, attack, witness):
    """One attack from its cell's creation to its CPU's return."""
    was = resources(m)
    line = f"attack={attack.words} irqs={SPI_ATTACKER} {attack.more}".strip()
    m.run(f"set -- {path(attack.config)} '{line}'\n{BEGIN}", timeout=30)
    before = gic_state(m, (0, WITNESS_CPU))
    text = m.run(f"set -- - '{attack.wait}' {attack.seconds}\n{RUN}",
                 timeout=attack.seconds + 30)
    check_end(attack, text)
    witness.look(attack.title)
    same_gic(before, gic_state(m, (0, WITNESS_CPU)), attack.title)
    out = m.run(END, timeout=30)
    now = resources(m)
    for what, value in was.items():
        must(now[what] == value, f"{what} after {attack.title}: {now[what]}, before: {value}")
    return re.search(r"^stop (\d+) us, destroy (\d+) us", out, re.MULTILINE)


def dmesg(m):
    """
    The kernel's messages that are neither Bulkhead's nor of CPUs that come and go, nor
    of a host that kept the emulator waiting.
    """
    return [line for line in m.run("dmesg").splitlines()
            if not re.search(r"bulkhead|CPU\d|psci:|Detected PIPT|cacheinfo|IRQ ?\d+|"
                             r"GICv3: CPU|arch_timer: CPU|Detected VIPT|"
                             r"hrtimer: interrupt took", line)]


def run(attacks, limit_us=None, **machine):
    """Boot, and make these attacks one after the other."""
    files = {path(name): make().bytes() for name, make in VARIANTS.items()}
    worst = 0
    with Machine(files=files, **machine) as m:
        if machine.get("icount"):
            # One CPU after the other, and the one that spins takes its turn to the end.
            m.deadline = lambda timeout, usual=m.deadline: usual(5 * timeout)
        before = dmesg(m)
        enable(m)
        witness = Witness(m, path("witness"))
        messages = dmesg(m)
        for attack in attacks:
            m.note(f"=== {attack.title}")
            # The emulator gives a CPU that spins up to 100 ms on end: not each try is to blame.
            for _ in range(3):
                times = one(m, attack, witness)
                total = int(times.group(1)) + int(times.group(2))
                if not limit_us or total <= limit_us:
                    break
            else:
                raise Failure(f"after {attack.title} the cell was not gone in {limit_us} us: "
                              + times.group())
            worst = max(worst, total)
        more = [line for line in dmesg(m) if line not in messages]
        must(not more, "new in the kernel's log:\n" + "\n".join(more))
        witness.end()
        disable(m)
        must(before, "the kernel's log is empty")
        m.note(f"worst stop and destroy: {worst} us")


@scenario("attack-memory", "cells that leave their memory end FAILED, alone", timeout=240)
def attack_memory():
    """Reads, writes and fetches outside, and what ends a cell besides."""
    run(ONE_SHOT)


@scenario("attack-calls", "hypercalls, firmware calls, registers and memory, all refused",
          params=[{"cpu": "a57"}, {"cpu": "max"}], timeout=240)
def attack_calls(cpu):
    """Attacks that a cell survives, refused."""
    run(SURVIVED, cpu=cpu)


@scenario("attack-gic", "interrupt controller, SGIs and storms: others notice nothing",
          timeout=300)
def attack_gic():
    """Attacks on the interrupt controller, in all three modes that a cell may have."""
    run(GIC)


@scenario("attack-stuck", "cells that are deaf to everything are stopped all the same",
          timeout=300)
def attack_stuck():
    """Masked, asleep, interrupts never ended: root stops it, and uses the CPU."""
    run(STUCK)


@scenario("attack-time", "a deaf cell is gone within 100 ms of the machine's time", timeout=300)
def attack_time():
    """
    The same with instructions counted: its time is not the host's. Exceptions without
    end are left out: they execute no instruction, so that here time would stand still.
    """
    run([stuck(words) for words in ("mask-spin", "wfi-closed", "fake-active")],
        limit_us=100000, icount=True)
