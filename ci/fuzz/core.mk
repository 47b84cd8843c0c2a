# SPDX-License-Identifier: GPL-2.0-only
# Targets that move hypervisor/core above the fake architecture of the unit tests.

UNIT := $(TOP)/ci/unit
core_sources := $(filter-out %/pool.c %/string.c,$(wildcard $(TOP)/hypervisor/core/*.c)) \
	$(wildcard $(UNIT)/fake/*.c)
core_cflags := -D_GNU_SOURCE -include $(UNIT)/fake/host.h -I$(UNIT)/fake/include \
	-iquote $(UNIT)/fake -iquote $(UNIT)/core

pgtable_sources := $(core_sources) $(UNIT)/core/pgtable_model.c
# A little more than 1 GiB: there is one of the largest leaves, and inputs are quick.
pgtable_cflags := -O2 $(core_cflags) -DMODEL_PAGES=0x40800ull
pgtable_seed = ./seed-core 12 $(1)

mmio_sources := $(TOP)/hypervisor/core/mmio.c
mmio_cflags := -I$(UNIT)/fake/include

hypercall_sources := $(core_sources) $(UNIT)/core/machine.c $(UNIT)/core/cells.c
hypercall_cflags := $(core_cflags)
hypercall_seed = ./seed-core 6 $(1)
