# SPDX-License-Identifier: GPL-2.0-only
"""What documents say exists, exists; and every source file names its licence."""

import fnmatch
import re
import subprocess
import tempfile
from pathlib import Path

from rig import build, paths
from rig.scenario import CHECKS, Failure, Skip, scenario

HVCTL = paths.BUILD / "host" / "hvctl"
CROSS = "aarch64-linux-gnu-gcc"

# Where a path in a document may start, besides the top and the document itself.
ROOTS = ("", "hypervisor", "include", "hypervisor/arm64/include")
# Directories of this tree; generated ones are not looked into.
OURS = ("include", "hypervisor", "driver", "tools", "configs", "inmates", "ci", "docs", "LICENSES")
SOURCE = (".c", ".h", ".S", ".py", ".mk", ".md", ".svg", ".lds")
# Files that a reader is told to write.
MADE_UP = re.compile(r"(NAME|motor|board|log|audio)\b|NNN|<|\u2026|configs/myboard")

CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
HVCTL_CALL = re.compile(r"(?<![\w./-])hvctl +([a-z]+)(?: +([a-z]+))?([^\n|;&]*)")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def tracked(*patterns):
    """Files of the work tree, new ones included."""
    out = subprocess.run(["git", "-C", str(paths.TOP), "ls-files", "--cached", "--others",
                          "--exclude-standard", "--deduplicate", "--", *patterns],
                         capture_output=True, text=True, check=False)
    if out.returncode != 0:
        raise Skip("not a git work tree")
    return [name for name in out.stdout.splitlines() if (paths.TOP / name).is_file()]


class Document:
    """A Markdown file, split into prose and blocks of code."""

    def __init__(self, name):
        self.name = name
        self.path = paths.TOP / name
        self.prose, self.code, self.blocks = [], [], []
        self._split(self.path.read_text(encoding="utf-8").splitlines())

    def _split(self, lines):
        language, before = None, ""
        for number, line in enumerate(lines, 1):
            fence = re.match(r"```(\w*)", line)
            if fence and language is None:
                language = fence.group(1)
                self.blocks.append((number, language, []))
            elif fence:
                language = None
            elif language is not None:
                self.blocks[-1][2].append(line)
                self.code.append((number, line))
            elif line.startswith(("    ", "\t")) and (not before.strip() or before[:4] == "    "):
                self.code.append((number, line))
            else:
                self.prose.append((number, line))
            before = line

    def anchors(self):
        """As the usual viewers make them of headings."""
        found = set()
        for _, line in self.prose:
            heading = re.match(r"#+ +(.*)", line)
            if heading:
                text = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading.group(1)).lower()
                found.add(re.sub(r"[^\w -]", "", text).replace(" ", "-"))
        return found


def broken_links(doc):
    """Relative links without a target."""
    for number, line in doc.prose:
        for link in LINK.findall(line):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = doc.path.parent / name if name else doc.path
            if not target.exists():
                yield number, f"link to {link}: no such file"
            elif anchor and anchor not in Document(target.relative_to(paths.TOP)).anchors():
                yield number, f"link to {link}: no such heading"


def exists(doc, name, basenames):
    """Is there such a file, from the top, from the document, or below a usual root?"""
    if "/" not in name:
        return bool(fnmatch.filter(basenames, name))
    places = [paths.TOP / root for root in ROOTS] + [doc.path.parent]
    return any(any(place.glob(name.rstrip("/"))) for place in places)


def missing_paths(doc, basenames):
    """Paths in code spans that are nowhere."""
    for number, line in doc.prose:
        for span in CODE_SPAN.findall(line):
            name = span.strip("<>").removeprefix("./")
            if MADE_UP.search(name) or not PATH.fullmatch(name):
                continue
            ours = name.split("/")[0] in OURS and "/" in name
            if (ours or name.endswith(SOURCE)) and not exists(doc, name, basenames):
                yield number, f"`{span}`: no such file"


def helped(*words):
    """What hvctl says of itself, or of a command."""
    out = subprocess.run([HVCTL, *words, "--help"], capture_output=True, text=True, timeout=20,
                         check=False)
    return out.stdout if out.returncode == 0 else ""


def commands(*words):
    """The commands of a group, as --help lists them."""
    _, _, text = helped(*words).partition("Commands:\n")
    return re.findall(r"^  (\w+) ", text.split("\n\n")[0], re.MULTILINE)


class Hvctl:
    """What commands and options there are."""

    def __init__(self):
        top = commands()
        if "cell" not in top:
            raise Failure("hvctl --help lists no commands")
        self.groups = {name: commands(name) for name in top}
        self._help = {}

    def wrong(self, first, second, rest):
        """What is wrong with a command line, or None."""
        if first not in self.groups:
            return f"hvctl has no command '{first}'"
        words = [first]
        if self.groups[first]:
            if second and second not in self.groups[first]:
                return f"hvctl {first} has no command '{second}'"
            if not second:
                return None
            words.append(second)
        key = " ".join(words)
        if key not in self._help:
            self._help[key] = helped(*words)
        for option in OPTION.findall(re.sub(r"'[^']*'|#.*", "", rest)):
            known = re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", self._help[key])
            if not known and option != "--help":
                return f"hvctl {key} has no option {option}"
        return None


def wrong_commands(doc, hvctl):
    """Command lines of hvctl, ci/check and make that would fail for their words alone."""
    spans = [(number, span) for number, line in doc.prose for span in CODE_SPAN.findall(line)]
    for number, text in doc.code + spans:
        text = text.split(": ")[0] if text.startswith("hvctl: ") else text
        for match in HVCTL_CALL.finditer(text):
            problem = hvctl.wrong(*match.groups(default=""))
            if problem:
                yield number, problem
        for word in re.findall(r"ci/check ([a-z][\w.-]*)", text):
            if not any(check.selected_by(word) for check in CHECKS.values()):
                yield number, f"ci/check {word} selects nothing"
        match = re.match(r" *make ((?:(?!-C)\S+ ?)*)", text)
        for word in re.findall(r"(?:^| )([a-z]+)(?= |$)", match.group(1) if match else ""):
            if not re.search(rf"^(?:\.PHONY|PARTS) *:.*\b{word}\b",
                             (paths.TOP / "Makefile").read_text(), re.MULTILINE):
                yield number, f"make has no target {word}"


def unknown_checks(doc):
    """Tables with a column of checks: each must be one."""
    column = None
    for number, line in doc.prose:
        cells = line.split("|")
        if len(cells) < 3:
            column = None
            continue
        for at, cell in enumerate(cells):
            if cell.strip().startswith("checks"):
                column = at
        spans = CODE_SPAN.findall(cells[column]) if column and column < len(cells) else []
        for name in spans:
            if not any(check.selected_by(name) for check in CHECKS.values()):
                yield number, f"`{name}`: no such check"


def bad_examples(doc, work):
    """Examples in C that do not compile; configs are compiled and checked."""
    for number, language, lines in doc.blocks:
        if language != "c":
            continue
        source = Path(work) / f"{Path(doc.name).stem}-{number}.c"
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if "bulkhead-config.h" in "".join(lines):
            system = [] if "BH_CONFIG_SYSTEM" in "".join(lines) else \
                ["--system", str(Path(work) / "system.cell")]
            command = [HVCTL, "config", "compile", source, "-o", source.with_suffix(".cell"),
                       "--author-dir", paths.TOP, *system]
        else:
            command = [CROSS, "-std=gnu11", "-Wall", "-Werror", "-Wno-unused-function",
                       "-fsyntax-only", f"-I{paths.TOP}/include", f"-I{paths.TOP}/inmates/lib",
                       source]
        out = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if out.returncode:
            yield number, "this example does not compile:\n" + out.stdout + out.stderr


@scenario("docs", "documents name nothing that does not exist, and their examples compile",
          group="host", rig=False)
def docs():
    """Links, paths, commands, examples."""
    with paths.build_lock():
        build.step("docs", ["make", "-C", str(paths.TOP / "tools"), "host"])
    hvctl = Hvctl()
    basenames = {Path(name).name for name in tracked()}
    found = []
    with tempfile.TemporaryDirectory(prefix="bulkhead-docs-") as work:
        subprocess.run([HVCTL, "config", "compile", paths.TOP / "configs/qemu-arm64/system.c",
                        "-o", Path(work) / "system.cell", "--author-dir", paths.TOP],
                       check=True, capture_output=True, timeout=60)
        for name in tracked("*.md"):
            doc = Document(name)
            for number, problem in [*broken_links(doc), *missing_paths(doc, basenames),
                                    *wrong_commands(doc, hvctl), *unknown_checks(doc),
                                    *bad_examples(doc, work)]:
                found.append(f"{name}:{number}: {problem}")
    if found:
        raise Failure("\n".join([f"{len(found)} things in documents are not so", *found]))


DUAL = ("include/bulkhead/", "inmates/lib/")
NAMED_SOURCES = ("Makefile", "Kbuild")


@scenario("licences", "every source file names its licence", group="host", rig=False)
def licences():
    """SPDX lines."""
    wrong = []
    for name in tracked():
        path = paths.TOP / name
        try:
            head = path.read_text(encoding="utf-8").split("\n")[:4]
        except UnicodeDecodeError:
            continue
        if not (path.suffix in SOURCE + (".8", ".bash", ".lds") or path.name in NAMED_SOURCES
                or head[0].startswith("#!")) or path.suffix == ".md":
            continue
        text = "\n".join(head)
        line = re.search(r"SPDX-License-Identifier: ([\w. -]+?) *(?:\*/|-->|$)", text, re.MULTILINE)
        dual = name.startswith(DUAL)
        allowed = {"GPL-2.0-only OR BSD-2-Clause"} if dual else \
            {"GPL-2.0-only", "GPL-2.0-only OR BSD-2-Clause"}
        if not line or line.group(1) not in allowed:
            wrong.append(f"{name}: {line.group(1) if line else 'no SPDX line'}")
    if wrong:
        raise Failure("\n".join([f"{len(wrong)} files without their licence", *wrong]))
