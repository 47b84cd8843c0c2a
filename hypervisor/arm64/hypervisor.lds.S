/* SPDX-License-Identifier: GPL-2.0-only */
#include <arch/cpu.h>

ENTRY(image_start)

SECTIONS
{
	. = ARCH_HYPERVISOR_VIRT;
	.text : {
		*(.head)
		*(.head.code)
		/* Aligned to 2 KiB: here, where the least is lost. */
		*(.vectors)
		*(.text.hot .text.hot.*)
		*(.text .text.*)
		. = ALIGN(16);
		__text_end = .;
	}
	. = ALIGN(4096);
	.rodata : {
		*(.rodata .rodata.*)
		. = ALIGN(8);
		__units_start = .;
		KEEP(*(.units))
		__units_end = .;
		__uarts_start = .;
		KEEP(*(.uarts))
		__uarts_end = .;
	}
	. = ALIGN(4096);
	__rodata_end = .;
	.data : {
		*(.data .data.*)
		. = ALIGN(16);
		__file_end = .;
	}
	.bss (NOLOAD) : {
		/* These by name first: the pattern that takes the rest would take them, too. */
		__early_start = .;
		*(.bss.boot_stack)
		*(.bss.early)
		. = ALIGN(4096);
		*(.bss.tables)
		__early_end = .;
		/* Pages that the root cell may read hold nothing else. */
		*(.bss.exported)
		. = ALIGN(4096);
		*(.bss .bss.* COMMON)
		. = ALIGN(4096);
	}
	__memory_end = .;

	ASSERT(trampoline_end - image_start <= 4096, "the trampoline is one page")
	/DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) *(.ARM.attributes) }
}
