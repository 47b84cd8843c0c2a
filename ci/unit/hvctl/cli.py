#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""hvctl as it is typed: exit statuses, messages, JSON; with files in place of driver and machine."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(os.environ["TOP"])
OUT = Path(os.environ["OUT"])
HVCTL = os.environ["HVCTL"]
FIXTURES = TOP / "ci/fixtures/configs"
MACHINE = TOP / "configs/qemu-arm64"

COMMANDS = ["enable", "disable", "status", "console", "hardware"]
CELL = ["create", "load", "start", "shutdown", "destroy", "list", "stats", "console", "raise",
        "crash", "core"]
CONFIG = ["check", "show", "compile"]
ALL = [[c] for c in COMMANDS] + [["cell", c] for c in CELL] + [["config", c] for c in CONFIG]

# include/bulkhead/status.h: struct bh_cpu_status
CPU_STATUS = struct.Struct("<IIIIQ16Q" "IIQQQQQQ31Q8Q")
FAILED, PARKED, RUNNING = 3, 2, 1


class Result:
    """What a command did."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        self.all = done.stdout + done.stderr


class Case(unittest.TestCase):
    """A test with a directory, a sysfs and a machine of its own."""

    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(dir=OUT))
        self.sysfs = self.dir / "sysfs"
        self.machine = self.dir / "machine"
        self.machine.mkdir()

    def tearDown(self):
        shutil.rmtree(self.dir)

    def hvctl(self, *args, status=0, **environment):
        """Run it; the exit status must be as expected."""
        env = {**os.environ, "BULKHEAD_SYSFS": str(self.sysfs), "HVCTL_ROOT": str(self.machine),
               "HVCTL_MACHINE": "aarch64", **environment}
        done = subprocess.run([HVCTL, *map(str, args)], env=env, capture_output=True, text=True,
                              timeout=60, check=False)
        result = Result(done)
        self.assertEqual(result.status, status, f"hvctl {' '.join(map(str, args))}:\n{result.all}")
        return result

    def put(self, path, text):
        """Write a file of the sysfs or the machine."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)

    def compile(self, source, system=None, name=None):
        """A .cell file from a source that is right."""
        cell = self.dir / f"{name or source.stem}.cell"
        more = ["--system", system] if system else []
        self.hvctl("config", "compile", source, "-o", cell, "--author-dir", TOP, *more)
        return cell

    def enabled(self):
        """A sysfs as the driver shows it, with the cell `timer`."""
        system = self.compile(MACHINE / "system.c")
        timer = self.compile(MACHINE / "timer.c", system)
        self.put(self.sysfs / "state", "enabled\n")
        self.put(self.sysfs / "version", "v1-test\n")
        self.put(self.sysfs / "pool_pages", "980\n")
        self.put(self.sysfs / "pool_used", "13\n")
        self.put(self.sysfs / "cpus", "0 0 0 running 0 qemu-arm64\n1 - 1 outside 0 qemu-arm64\n"
                                      "2 2 2 running 0 qemu-arm64\n3 3 3 failed 1 timer\n")
        self.put(self.sysfs / "console", "hypervisor says\n")
        for number, name, cell in (0, "qemu-arm64", system), (1, "timer", timer):
            blob = cell.read_bytes()
            where = self.sysfs / "cells" / name
            self.put(where / "id", f"{number}\n")
            self.put(where / "state", "failed\n" if number else "running\n")
            self.put(where / "cpus", "3\n" if number else "0-2\n")
            self.put(where / "memory_bytes", f"{(1 << 20) + 4096}\n")
            self.put(where / "pool_pages", "10\n")
            self.put(where / "failed_cpu", "3\n")
            self.put(where / "console", "the cell says\n")
            self.put(where / "exits", "cpu3 hypercall        29\ncpu3 halt           2842\n")
            # As the driver has it: without the part for tools.
            self.put(where / "config", blob[:struct.unpack_from("<I", blob, 16)[0]])
        return system, timer

    def crash(self, cause, address, pc=0x6b60, syndrome=0x93c08005, state=FAILED):
        """Make cell `timer` fail this way."""
        self.put(self.sysfs / "cells/timer/crash", CPU_STATUS.pack(
            3, state, 1, 0, 3, *range(16), cause, 0, address, 0, syndrome, pc, 0x24ca0,
            0x200003c5, *range(31), *range(8)))


class Usage(Case):
    """Help, and wrong usage."""

    def test_help_everywhere(self):
        for words in [[], ["cell"], ["config"]] + ALL:
            for option in "--help", "-h":
                out = self.hvctl(*words, option).out
                self.assertTrue(out.startswith("usage: " + " ".join(["hvctl", *words])), out)

    def test_wrong_usage(self):
        for words in ([], ["nonsense"], ["cell"], ["cell", "nonsense"], ["config"], ["enable"],
                      ["disable", "x"], ["status", "x"], ["status", "--nonsense"],
                      ["cell", "create"], ["cell", "load", "x"], ["cell", "start"],
                      ["cell", "start", "a", "b"], ["cell", "raise", "x"], ["cell", "core", "x"],
                      ["cell", "list", "x"], ["config", "show"], ["config", "check"],
                      ["config", "compile", "x.c"], ["config", "check", "--explain", "BH999"],
                      ["cell", "stats", "x", "--interval", "0"],
                      ["cell", "raise", "x", "-1"], ["hardware", "a", "b"]):
            err = self.hvctl(*words, status=2).err
            self.assertIn("usage: hvctl", err)
            self.assertIn("--help", err)

    def test_everything_is_documented(self):
        man = re.sub(r"^\.\\\".*$", "", (TOP / "tools/hvctl/hvctl.8").read_text(), flags=re.M)
        completion = (TOP / "tools/hvctl/hvctl.bash").read_text()
        for words in ALL:
            self.assertTrue(".Cm " + " ".join(words) in man, words)
            self.assertRegex(completion, rf"\b{words[-1]}\b")
            for option in re.findall(r"^ +(?:-\w, )?--([\w-]+)", self.hvctl(*words, "--help").out,
                                     flags=re.M):
                self.assertTrue(f"Fl -{option}" in man, [*words, option])
                self.assertTrue(f"--{option}" in completion, [*words, option])

    def test_completion(self):
        self.enabled()
        script = (TOP / "tools/hvctl/hvctl.bash").read_text().replace(
            "/sys/class/misc/bulkhead", str(self.sysfs))
        for line, wanted in (("hvctl ce", "cell"), ("hvctl cell cre", "create"),
                             ("hvctl cell start ", "timer"), ("hvctl cell list --j", "--json")):
            words = line.split(" ")
            done = subprocess.run(
                ["bash", "-c", f"complete() {{ :; }}; compopt() {{ :; }}\n{script}\n"
                 f"COMP_WORDS=({' '.join(repr(w) for w in words)}); COMP_CWORD={len(words) - 1}; "
                 "_hvctl; printf '%s\\n' \"${COMPREPLY[@]}\""],
                capture_output=True, text=True, timeout=20, check=True)
            self.assertEqual(done.stdout.split(), [wanted], line)

    def test_version(self):
        self.assertEqual(self.hvctl("--version").out, "hvctl test, ABI 1\n")


class Configs(Case):
    """hvctl config"""

    def test_compile_and_show(self):
        system = self.compile(MACHINE / "system.c")
        shown = json.loads(self.hvctl("config", "show", "--json", system).out)
        self.assertEqual((shown["kind"], shown["name"]), ("system", "qemu-arm64"))
        self.assertEqual([c["id"] for c in shown["cpus"]], ["0x0", "0x1", "0x2", "0x3"])
        for source in MACHINE.glob("*.c"):
            if source.stem.startswith("system") or source.stem.endswith("cpu"):
                continue
            cell = self.compile(source, system)
            shown = json.loads(self.hvctl("config", "show", "--json", cell).out)
            self.assertEqual(shown["name"], source.stem)
            lines = source.read_text().splitlines()
            for entry in shown["cpus"] + shown["memory"] + shown["irqs"]:
                self.assertIn(f'BH_HERE("{entry["name"]}")', lines[entry["line"] - 1])
            text = self.hvctl("config", "show", cell).out
            for entry in shown["memory"]:
                self.assertIn(entry["name"], text)

    def test_compile_fails(self):
        system = self.compile(FIXTURES / "system.c")
        out = self.dir / "x.cell"
        for name in "bh013-mem-align", "bh030-entry":
            source = FIXTURES / f"{name}.c"
            err = self.hvctl("config", "compile", source, "-o", out, "--author-dir", TOP,
                             "--system", system, status=1).err
            self.assertIn(f"error BH{name[2:5]} ", err)
            self.assertFalse(out.exists())
        broken = self.dir / "broken.c"
        broken.write_text('#include <bulkhead-config.h>\nconst struct bh_config_source '
                          'bulkhead_config = { BH_CONFIG_HERE, .name = "' + "x" * 40 + '" };\n')
        err = self.hvctl("config", "compile", broken, "-o", out, "--author-dir", TOP, status=1).err
        self.assertIn("broken.c:2: error: name", err)
        broken.write_text("nonsense\n")
        self.hvctl("config", "compile", broken, "-o", out, "--author-dir", TOP, status=1)
        self.hvctl("config", "compile", broken, "-o", out, "--author-dir", "/nowhere", status=1)
        self.assertFalse(out.exists())
        self.assertEqual(list(self.dir.glob("hvctl-*")), [])

    def build(self, name):
        """A fixture's .cell file, whatever is wrong with it."""
        program, cell = self.dir / "program", self.dir / f"{name}.cell"
        subprocess.run([os.environ.get("CC", "cc"), f"-I{TOP}/include", f"-I{TOP}/tools/include",
                        FIXTURES / f"{name}.c", TOP / "tools/config/serialise.c", "-o", program],
                       check=True)
        subprocess.run([program, cell], check=True)
        return cell

    def test_check_names_both_lines(self):
        system, other = self.build("system"), self.build("other")
        source = (FIXTURES / "bh016-mem-overlap-virt.c").read_text().splitlines()
        lines = {label: 1 + next(i for i, line in enumerate(source) if f'BH_HERE("{label}")' in line)
                 for label in "ab"}
        cell = self.build("bh016-mem-overlap-virt")
        err = self.hvctl("config", "check", system, cell, status=1).err
        self.assertRegex(err, rf"overlap-virt\.c:{lines['b']}: error BH016 mem-overlap-virt: ")
        self.assertRegex(err, rf"overlap-virt\.c:{lines['a']}: note: ")
        found = json.loads(self.hvctl("config", "check", "--json", system, cell, status=1).out)
        self.assertEqual([f["rule"] for f in found], ["BH016"])
        self.assertEqual((found[0]["where"]["line"], found[0]["other"]["line"]),
                         (lines["b"], lines["a"]))
        taken = self.build("bh018-mem-taken")
        err = self.hvctl("config", "check", system, other, taken, status=1).err
        self.assertIn("bh018-mem-taken.c", err)
        self.assertIn("other.c", err)
        self.hvctl("config", "check", "--alone", system, other, taken)
        self.hvctl("config", "check", "--alone", other, taken, "--system", system)

    def test_check_needs_a_machine(self):
        self.assertIn("system config", self.hvctl("config", "check", self.build("other"),
                                                  status=1).err)

    def test_check_against_the_one_in_use(self):
        self.enabled()
        self.hvctl("config", "check", self.dir / "timer.cell")

    def test_not_configs(self):
        good = self.compile(MACHINE / "system.c").read_bytes()
        for name, data in (("empty", b""), ("text", b"hello\n" * 200), ("short", good[:100]),
                           ("version", good[:8] + b"\x02" + good[9:])):
            path = self.dir / name
            path.write_bytes(data)
            for words in ["check"], ["show"], ["check", "--json"]:
                result = self.hvctl("config", *words, path, status=1)
                self.assertIn("BH002" if name == "version" else "BH001", result.all)
        self.assertIn("No such file", self.hvctl("config", "show", "/nowhere", status=1).err)

    def test_explain(self):
        text = self.hvctl("config", "check", "--explain", "all").out
        self.assertEqual(re.findall(r"^BH(\d+) ", text, flags=re.M),
                         [f"{n:03}" for n in range(1, 36)])
        self.assertIn("BH013 mem-align", self.hvctl("config", "check", "--explain", "mem-align").out)


class Disabled(Case):
    """Without driver, and with one that is not enabled."""

    def test_says_what_to_do(self):
        self.assertIn("not loaded", self.hvctl("status").out)
        self.assertEqual(json.loads(self.hvctl("status", "--json").out),
                         {"driver": False, "enabled": False})
        for words in (["cell", "list"], ["cell", "start", "x"], ["cell", "stats", "x"],
                      ["cell", "crash", "x"], ["console"]):
            self.assertIn("modprobe bulkhead", self.hvctl(*words, status=1).err)
        self.put(self.sysfs / "state", "disabled\n")
        self.assertEqual(self.hvctl("status").out, "disabled\n")
        self.assertIn("hvctl enable", self.hvctl("cell", "list", status=1).err)

    def test_kinds_are_told_apart(self):
        system = self.compile(MACHINE / "system.c")
        timer = self.compile(MACHINE / "timer.c", system)
        self.assertIn("cell create", self.hvctl("enable", timer, status=1).err)
        self.assertIn("hvctl enable", self.hvctl("cell", "create", system, status=1).err)
        err = self.hvctl("cell", "create", timer, "--cmdline", "x" * 256, status=1).err
        self.assertIn("255", err)


class Enabled(Case):
    """With a sysfs as the driver shows it."""

    def test_status(self):
        self.enabled()
        text = self.hvctl("status").out
        for word in "v1-test", "13 of 980", "timer", "outside":
            self.assertIn(word, text)
        status = json.loads(self.hvctl("status", "--json").out)
        self.assertEqual(status["cpus"][3], {"index": 3, "linux": 3, "hardware_id": "0x3",
                                             "state": "failed", "cell_id": 1, "cell": "timer"})
        self.assertIsNone(status["cpus"][1]["linux"])

    def test_list(self):
        self.enabled()
        cells = json.loads(self.hvctl("cell", "list", "--json").out)
        self.assertEqual([(c["id"], c["name"], c["state"]) for c in cells],
                         [(0, "qemu-arm64", "running"), (1, "timer", "failed")])
        self.assertIn("1.0 MiB", self.hvctl("cell", "list").out)

    def test_unknown_cell(self):
        self.enabled()
        for words in ("start",), ("shutdown",), ("stats",), ("console",), ("crash",), ("destroy",):
            err = self.hvctl("cell", *words, "nobody", status=1).err
            self.assertIn("no cell 'nobody'", err)
            self.assertIn("timer", err)
        self.hvctl("cell", "stats", "../cells/timer", status=1)

    def test_stats(self):
        self.enabled()
        stats = json.loads(self.hvctl("cell", "stats", "timer", "--json").out)
        self.assertEqual(stats["cpus"][0]["exits"]["halt"], 2842)
        self.assertRegex(self.hvctl("cell", "stats", "timer").out, r"halt +2842 +2842\n")
        out = self.hvctl("cell", "stats", "timer", "-w", "--interval=0.02", "--count", "2").out
        self.assertEqual(len(out.splitlines()), 3)

    def test_console(self):
        self.enabled()
        self.assertEqual(self.hvctl("console").out, "hypervisor says\n")
        self.assertEqual(self.hvctl("cell", "console", "timer").out, "the cell says\n")

    def test_follow(self):
        self.enabled()
        where = self.sysfs / "cells/timer"
        # A plain file reads like the stream of a ring that has not been filled yet.
        self.put(where / "console_stream", "the cell says\n")
        self.put(where / "console_tail", "14\n")
        with subprocess.Popen([HVCTL, "cell", "console", "timer", "-f"], stdout=subprocess.PIPE,
                              env={**os.environ, "BULKHEAD_SYSFS": str(self.sysfs)}) as process:
            self.assertEqual(process.stdout.readline(), b"the cell says\n")
            with open(where / "console_stream", "a", encoding="ascii") as stream:
                stream.write("more\n")
            self.assertEqual(process.stdout.readline(), b"more\n")
            process.kill()

    def test_crash(self):
        _, timer = self.enabled()
        self.crash(1, 0x40000000)
        text = self.hvctl("cell", "crash", "timer").out
        for word in ("read outside its memory", "0x40000000", "pc        0x6b60", "SCTLR_EL1",
                     ".phys = 0x40000000", "BH_MEM_READ"):
            self.assertIn(word, text)
        record = json.loads(self.hvctl("cell", "crash", "timer", "--json").out)
        self.assertEqual(record["cpus"][0]["pc"], "0x6b60")
        self.assertEqual(record["cpus"][0]["x"][30], "0x1e")
        self.crash(3, 0x10000000)
        text = self.hvctl("cell", "crash", "timer", "--config", timer).out
        self.assertRegex(text, r"BH_MEM_EXEC in\n +\S*timer\.c:\d+: region 'comm'")
        for address, wanted in (0x7fc00000, "the hypervisor"), (0x8000000, "filtered"), \
                               (0x50000000000, "the machine has nothing there"):
            self.crash(2, address)
            self.assertIn(wanted, self.hvctl("cell", "crash", "timer").out)
        self.crash(4, 0)
        self.assertIn("affects other cells", self.hvctl("cell", "crash", "timer").out)
        self.crash(7, 0, pc=0x7777, state=PARKED)
        text = self.hvctl("cell", "crash", "timer").out
        self.assertIn("stopped with its cell", text)
        self.assertIn("0x7777", text)
        self.crash(0, 0, state=PARKED)
        self.assertIn("parked, no record", self.hvctl("cell", "crash", "timer").out)
        self.put(self.sysfs / "cells/timer/crash", b"short")
        self.hvctl("cell", "crash", "timer", status=1)

    def test_load_checks_before_copying(self):
        self.enabled()
        image = self.dir / "image"
        image.write_bytes(b"x" * 4096)
        err = self.hvctl("cell", "load", "timer", image, "0x100000", status=1).err
        self.assertIn("0x0 to 0xfffff", err)
        err = self.hvctl("cell", "load", "timer", image, "0xff001", status=1).err
        self.assertIn("does not fit", err)
        self.assertIn("No such file", self.hvctl("cell", "load", "timer", "/nowhere", status=1).err)
        err = self.hvctl("cell", "load", "timer", image, "0", image, status=2).err
        self.assertIn("address", err)

    def test_root_cell_stays(self):
        self.enabled()
        err = self.hvctl("cell", "destroy", "qemu-arm64", status=1).err
        self.assertTrue("root cell" in err or "/dev/bulkhead" in err, err)


class Hardware(Case):
    """hvctl hardware, on machines made of files."""

    IOMEM = ("09000000-09000fff : pl011@9000000\n40000000-77ffffff : System RAM\n"
             "  40210000-41e9ffff : Kernel code\n78000000-7fffffff : reserved\n")

    def setUp(self):
        super().setUp()
        self.system = self.compile(MACHINE / "system.c")
        self.put(self.sysfs / "state", "disabled\n")
        self.put(self.machine / "proc/cmdline", "console=ttyAMA0 kvm-arm.mode=none\n")
        self.timer(30)
        self.put(self.machine / "proc/iomem", self.IOMEM)
        for cpu in range(4):
            where = self.machine / f"sys/devices/system/cpu/cpu{cpu}"
            self.put(where / "of_node/reg", bytes([0, 0, 0, cpu]))
            self.put(where / "online", "1\n")
        self.image(1)

    def timer(self, intid, chip="GICv3"):
        """Which timer interrupt Linux uses."""
        self.put(self.machine / "proc/interrupts",
                 "           CPU0       CPU1\n"
                 f" 11:       1322       1187     {chip}  {intid} Level     arch_timer\n")

    def image(self, abi):
        """A hypervisor image of this ABI version."""
        self.put(self.machine / "lib/firmware/bulkhead-arm64.bin",
                 b"BULKHEAD" + struct.pack("<IHH", abi, 1, 192) + bytes(400))

    def check(self, name, result, status=1):
        """One line of the answer."""
        out = self.hvctl("hardware", "--json", self.system, status=status).out
        found = {entry["name"]: entry for entry in json.loads(out)}
        self.assertEqual(found[name]["result"], result, found[name])
        self.assertEqual(result == "ok", found[name]["remedy"] is None)
        return found[name]

    def test_good(self):
        out = self.hvctl("hardware", "--json", self.system).out
        for entry in json.loads(out):
            if entry["name"] != "rights":
                self.assertEqual(entry["result"], "ok", entry)
        self.assertNotIn("MISSING", self.hvctl("hardware", self.system).out)

    def test_exception_level(self):
        self.timer(26)
        self.assertIn("VHE", self.check("exception level", "missing")["found"])
        self.timer(27)
        self.assertIn("EL1", self.check("exception level", "missing")["found"])
        self.put(self.machine / "proc/interrupts", "")
        self.check("exception level", "unsure", status=0)

    def test_interrupt_controller(self):
        self.timer(30, "GICv2")
        self.check("interrupt controller", "missing")

    def test_kvm(self):
        self.put(self.machine / "proc/cmdline", "kvm-arm.mode=protected\n")
        self.check("KVM", "missing")
        self.put(self.machine / "proc/cmdline", "quiet\n")
        self.put(self.machine / "dev/kvm", "")
        self.check("KVM", "unsure", status=0)

    def test_memory(self):
        self.put(self.machine / "proc/iomem", "40000000-7fffffff : System RAM\n")
        self.check("hypervisor memory", "missing")
        self.put(self.machine / "proc/iomem",
                 self.IOMEM + "  7fc00000-7fffffff : Bulkhead hypervisor\n")
        self.check("hypervisor memory", "ok", status=0)
        self.put(self.machine / "proc/iomem",
                 self.IOMEM + "100000000-13fffffff : System RAM\n")
        self.check("Linux's memory", "missing")
        self.put(self.machine / "proc/iomem", "00000000-00000000 : System RAM\n")
        self.check("hypervisor memory", "unsure", status=0)

    def test_cpus(self):
        self.put(self.machine / "sys/devices/system/cpu/cpu4/of_node/reg",
                 bytes([0, 0, 0, 0, 0, 0, 1, 0]))
        self.assertIn("0x100", self.check("CPUs", "missing")["remedy"])
        for cpu in 3, 4:
            shutil.rmtree(self.machine / f"sys/devices/system/cpu/cpu{cpu}")
        self.check("CPUs", "unsure", status=0)

    def test_image(self):
        self.image(2)
        self.check("hypervisor image", "missing")
        self.put(self.machine / "lib/firmware/bulkhead-arm64.bin", b"x" * 500)
        self.check("hypervisor image", "missing")
        (self.machine / "lib/firmware/bulkhead-arm64.bin").unlink()
        self.check("hypervisor image", "missing")

    def test_driver(self):
        shutil.rmtree(self.sysfs)
        self.check("driver", "missing")

    def test_architecture(self):
        out = self.hvctl("hardware", "--json", status=1, HVCTL_MACHINE="riscv64").out
        self.assertEqual(json.loads(out)[0]["result"], "missing")


if __name__ == "__main__":
    test = unittest.main(exit=False, verbosity=0, argv=[sys.argv[0]] + sys.argv[1:])
    ran, bad = test.result.testsRun, len(test.result.failures) + len(test.result.errors)
    print(f"hvctl command line: {ran - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
