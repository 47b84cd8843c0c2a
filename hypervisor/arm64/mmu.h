/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's own address space. */
#ifndef ARM64_MMU_H
#define ARM64_MMU_H

#include "../core/types.h"

/**
 * early_map() - build the tables. On the first CPU, with the MMU off.
 *
 * @image_phys: where the image is
 * Returns 0 or -BH_E_*: the loader's fields in the header make no sense, or the CPU lacks
 * something.
 */
s64 early_map(u64 image_phys);

/** Map the CPUs' areas, once their number is known. */
void map_percpu(u32 count);

#endif
