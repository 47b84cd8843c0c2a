# SPDX-License-Identifier: GPL-2.0-only
#
# Bulkhead, top level. Everything generated goes to build/.
#
#   make                    hypervisor, tools, inmates, configs; the driver too if KDIR is given
#   make ARCH=arm64         for another machine than this one (with CROSS_COMPILE)
#   make modules KDIR=DIR   the driver, against the kernel headers in DIR
#   make install DESTDIR=D  what was built, into D
#   make size               sizes against their budgets
#   make format             clang-format over the tree
#   make clean
#   make V=1 …              shows the commands

MAKEFLAGS += --no-print-directory
# Commands are shown with V=1.
ifndef V
MAKEFLAGS += --silent
endif

HOST_ARCH := $(shell uname -m | sed -e s/aarch64/arm64/)
ARCH ?= $(HOST_ARCH)
ifeq ($(filter $(ARCH),arm64 x86_64),)
$(error ARCH=$(ARCH): arm64 or x86_64 is needed)
endif
ifneq ($(ARCH),$(HOST_ARCH))
ifeq ($(ARCH),arm64)
CROSS_COMPILE ?= aarch64-linux-gnu-
else
CROSS_COMPILE ?= x86_64-linux-gnu-
endif
endif

TOP := $(CURDIR)
BUILD := $(TOP)/build
# What runs on the target goes to O; configs are compiled by and for the build host.
O := $(BUILD)/$(ARCH)
# Each kernel has its own module directory: MODULES names it.
MODULES ?= $(O)/modules/default
KDIR ?=
DESTDIR ?=
PREFIX ?= /usr
VERSION := $(shell git -C $(TOP) describe --tags --always --dirty 2>/dev/null || echo unknown)
export ARCH CROSS_COMPILE TOP BUILD O MODULES KDIR VERSION DESTDIR PREFIX

PARTS := hypervisor tools inmates configs

.PHONY: all $(PARTS) modules install size format clean check
all: $(PARTS) $(if $(KDIR),modules)

configs: tools

$(PARTS):
	@echo "$(ARCH): $@"
	@$(MAKE) -C $@

modules:
	@test -n "$(KDIR)" || { echo "make modules: KDIR= must name a kernel headers directory"; exit 1; }
	@$(MAKE) -C driver modules

install: all
	@for part in $(PARTS) $(if $(KDIR),driver); do $(MAKE) -C $$part install || exit 1; done

size: hypervisor
	@$(MAKE) -C hypervisor size

check:
	@ci/check

# Everything written in C, whichever part it belongs to.
format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf $(BUILD)/$(ARCH) $(BUILD)/host
