// SPDX-License-Identifier: GPL-2.0-only
/* Arm ARM (DDI 0487) D24.2.40, ESR_EL2: exception classes and their ISS. */
#include "hvctl.h"
#include "syndrome.h"

static const char *exception_class(unsigned int ec)
{
	switch (ec) {
	case 0x00:
		return "unknown reason";
	case 0x01:
		return "WFI or WFE";
	case 0x07:
		return "SVE, SIMD or floating point";
	case 0x09:
		return "pointer authentication";
	case 0x0e:
		return "illegal execution state";
	case 0x16:
		return "HVC";
	case 0x17:
		return "SMC";
	case 0x18:
		return "system register";
	case 0x19:
		return "SVE";
	case 0x20:
		return "instruction abort";
	case 0x22:
		return "misaligned PC";
	case 0x24:
		return "data abort";
	case 0x26:
		return "misaligned SP";
	case 0x2f:
		return "SError";
	case 0x30:
		return "breakpoint";
	case 0x32:
		return "software step";
	case 0x34:
		return "watchpoint";
	case 0x3c:
		return "BRK";
	}
	return "exception";
}

/* ISS of a trapped MSR, MRS or system instruction. */
static const char *system_register(uint32_t iss)
{
	unsigned int op0 = (iss >> 20) & 3, op2 = (iss >> 17) & 7, op1 = (iss >> 14) & 7;
	unsigned int crn = (iss >> 10) & 15, rt = (iss >> 5) & 31, crm = (iss >> 1) & 15;

	return must_format("%s of S%u_%u_C%u_C%u_%u, x%u", iss & 1 ? "read" : "write", op0, op1,
			   crn, crm, op2, rt);
}

static const char *fault_status(unsigned int fsc)
{
	unsigned int level = fsc & 3;

	switch (fsc >> 2) {
	case 0:
		return must_format("address size fault, level %u", level);
	case 1:
		return must_format("translation fault, level %u", level);
	case 2:
		return must_format("access flag fault, level %u", level);
	case 3:
		return must_format("permission fault, level %u", level);
	}
	if (fsc == 0x10)
		return "external abort";
	if (fsc == 0x21)
		return "alignment fault";
	return must_format("fault status 0x%02x", fsc);
}

static const char *data_abort(uint32_t iss)
{
	const char *kind = iss & (1u << 6) ? "write" : "read";

	if (!(iss & (1u << 24)))
		return must_format("%s, %s; of a form without syndrome (pair, write-back, vector)",
				   kind, fault_status(iss & 63));
	return must_format("%s of %u bytes, x%u, %s", kind, 1u << ((iss >> 22) & 3),
			   (iss >> 16) & 31, fault_status(iss & 63));
}

const char *arm64_syndrome(uint64_t esr)
{
	unsigned int ec = (esr >> 26) & 63;
	uint32_t iss = esr & 0x1ffffff;
	const char *name = exception_class(ec);

	switch (ec) {
	case 0x16:
	case 0x17:
	case 0x3c:
		return must_format("%s #0x%x", name, iss & 0xffff);
	case 0x18:
		return must_format("%s: %s", name, system_register(iss));
	case 0x20:
		return must_format("%s: %s", name, fault_status(iss & 63));
	case 0x24:
		return must_format("%s: %s", name, data_abort(iss));
	}
	return name;
}
