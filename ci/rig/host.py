# SPDX-License-Identifier: GPL-2.0-only
"""Checks that boot nothing: unit tests, style, analysers, sizes."""

import os
import shutil
import subprocess

from . import build, paths
from .errors import Failure, Skip
from .scenario import scenario

# Debian 12's; versions differ in details.
CLANG_FORMAT = 14
PARTS = ("include", "hypervisor", "driver", "tools", "inmates", "configs", "ci")

# Named one by one, so that a newer clang-tidy asks for nothing more.
TIDY_CHECKS = (
    "-*", "clang-analyzer-core*", "clang-analyzer-deadcode*", "clang-analyzer-unix*",
    "bugprone-argument-comment", "bugprone-assert-side-effect", "bugprone-bool-pointer-*",
    "bugprone-implicit-widening-of-multiplication-result", "bugprone-infinite-loop",
    "bugprone-integer-division", "bugprone-macro-repeated-side-effects", "bugprone-misplaced-*",
    "bugprone-not-null-terminated-result", "bugprone-redundant-branch-condition",
    "bugprone-signed-char-misuse", "bugprone-sizeof-*", "bugprone-suspicious-*",
    "bugprone-swapped-arguments", "bugprone-terminating-continue",
    "bugprone-too-small-loop-variable", "bugprone-undefined-memory-manipulation",
    "misc-redundant-expression", "misc-misplaced-const")


def _step(name, command, timeout=900):
    try:
        build.step(name, command, timeout)
    except build.BuildError as error:
        raise Failure(str(error)) from None


def _files(*patterns):
    """Files of the work tree, new ones included, that match git patterns."""
    out = subprocess.run(
        ["git", "-C", str(paths.TOP), "ls-files", "--cached", "--others", "--exclude-standard",
         "--deduplicate", "--", *patterns],
        capture_output=True, text=True, check=False)
    if out.returncode != 0:
        raise Skip("not a git work tree")
    return [name for name in out.stdout.splitlines() if (paths.TOP / name).exists()]


def _need(program):
    if not shutil.which(program):
        raise Failure(f"{program} is not there; run: ci/deps host")


@scenario("unit", "core code against host tests", group="host", timeout=900, rig=False)
def unit():
    """The unit tests, under sanitizers."""
    if not (paths.CI / "unit" / "Makefile").exists():
        raise Skip("no ci/unit")
    _step("unit", ["make", "-C", str(paths.CI / "unit"), "check"])


@scenario("format", "every C file as clang-format leaves it", group="host", rig=False)
def clang_format():
    """Formatting."""
    _need("clang-format")
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True,
                             check=False).stdout
    if f" {CLANG_FORMAT}." not in version:
        raise Skip(f"the tree is formatted by clang-format {CLANG_FORMAT}, whose lines another "
                   "version breaks differently")
    files = _files("*.c", "*.h")
    if not files:
        raise Skip("no C files")
    _step("format", ["clang-format", "--dry-run", "--Werror", *files])


@scenario("cppcheck", "static analysis by cppcheck", group="host", timeout=600, rig=False)
def cppcheck():
    """cppcheck over what is not kernel code."""
    _need("cppcheck")
    files = _files(*(f"{part}/*.c" for part in PARTS if part != "driver"))
    if not files:
        raise Skip("no C files")
    cache = paths.BUILD / "cppcheck"
    cache.mkdir(parents=True, exist_ok=True)
    suppressions = paths.CI / "cppcheck.suppress"
    _step("cppcheck", [
        "cppcheck", "--quiet", "--error-exitcode=1", "--inline-suppr", "--std=c11",
        "--enable=warning,portability", f"--cppcheck-build-dir={cache}",
        f"-j{os.cpu_count() or 1}", "-Iinclude", "-Ihypervisor/include", "-Ihypervisor/core",
        "-Ihypervisor", "-Iinmates/lib",
        *([f"--suppressions-list={suppressions}"] if suppressions.exists() else []),
        *files])


@scenario("tidy", "static analysis by clang-tidy", group="host", timeout=900, rig=False)
def clang_tidy():
    """clang-tidy over the hypervisor, for its real target."""
    _need("clang-tidy")
    files = _files("hypervisor/core/*.c", "hypervisor/arm64/*.c")
    if not files or not (paths.TOP / "hypervisor" / "Makefile").exists():
        raise Skip("no hypervisor")
    flags = ["--target=aarch64-linux-gnu", "-std=gnu11", "-ffreestanding", "-mgeneral-regs-only",
             *hypervisor_includes()]
    _step("tidy", [
        "clang-tidy", "--quiet", "--warnings-as-errors=*",
        "--checks=" + ",".join(TIDY_CHECKS),
        *files, "--", *flags])


def hypervisor_includes():
    """The include path the hypervisor's own Makefile uses."""
    shown = subprocess.run([*build.MAKE, "-n", "-B", "hypervisor"], capture_output=True, text=True,
                           cwd=paths.TOP, timeout=60, check=False).stdout.split()
    flags = []
    for at, word in enumerate(shown):
        if word in ("-I", "-include") and at + 1 < len(shown):
            pair = [word, shown[at + 1]]
        elif word.startswith("-I") or word.startswith("-DBULKHEAD"):
            pair = [word]
        else:
            continue
        if pair[-1] not in flags:
            flags += pair
    # Relative paths in that Makefile are relative to its directory.
    return [word.replace("-I", f"-I{paths.TOP}/hypervisor/", 1)
            if word.startswith("-I") and len(word) > 2 and word[2] != "/" else word
            for word in flags]


@scenario("size", "the hypervisor within its size budget", group="host", rig=False)
def size():
    """Sizes against their budgets; the Makefile knows them."""
    if not (paths.TOP / "hypervisor" / "Makefile").exists():
        raise Skip("no hypervisor")
    _step("size", [*build.MAKE, "size"])
