# SPDX-License-Identifier: GPL-2.0-only
"""Registers scenarios and steps: what ci/check can run."""

import importlib.util
import sys

from . import paths
from .errors import Failure, RigError, Skip  # noqa: F401  (for scenarios)

CHECKS = {}


class Check:
    """One thing to check: a scenario with its parameters, or a host step."""

    def __init__(self, name, doc, function, arguments, timeout, rig):
        self.name = name
        self.doc = doc
        self.function = function
        self.arguments = arguments
        self.timeout = timeout
        self.rig = rig          # it boots something: the build must be there

    def run(self):
        """Run it; raises Failure or Skip."""
        return self.function(**self.arguments)

    @property
    def kernel(self):
        """The guest kernel it names, if any."""
        return self.arguments.get("kernel")

    def selected_by(self, word):
        """Does this word, given to ci/check, mean this check?"""
        short = self.name.split("/", 1)[-1]
        return any(name == word or name.startswith(word) for name in (self.name, short))


def scenario(name, doc, params=None, group="arm64", timeout=300, rig=True):
    """Register a function as one check per entry of params.

    The checks are named group/name and then the values of the parameters.
    timeout is in seconds, for the whole scenario; rig=False says that it
    boots nothing and needs no build.
    """
    def register(function):
        for arguments in params or [{}]:
            full = "/".join([group, name, *(str(value) for value in arguments.values())])
            if full in CHECKS:
                raise ValueError(f"two scenarios are called {full}")
            CHECKS[full] = Check(full, doc, function, arguments, timeout, rig)
        return function
    return register


def load():
    """Import everything in ci/scenarios."""
    for path in sorted((paths.CI / "scenarios").glob("*.py")):
        if path.name.startswith("_"):
            continue
        name = f"scenarios.{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return CHECKS
