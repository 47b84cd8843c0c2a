/* SPDX-License-Identifier: GPL-2.0-only */
/* System registers: access, and the fields that are used. Names and bits: Arm ARM D19. */
#ifndef ARM64_SYSREGS_H
#define ARM64_SYSREGS_H

#include "../core/types.h"

#define __STRING(x) #x
#define STRING(x) __STRING(x) /* of what a macro stands for */

#define read_sysreg(name)                                                                          \
	({                                                                                         \
		u64 __v;                                                                           \
		__asm__ volatile("mrs %0, " STRING(name) : "=r"(__v));                             \
		__v;                                                                               \
	})
#define write_sysreg(name, value)                                                                  \
	do {                                                                                       \
		u64 __v = (value);                                                                 \
		__asm__ volatile("msr " STRING(name) ", %x0" : : "rZ"(__v));                       \
	} while (0)

#define isb() __asm__ volatile("isb" : : : "memory")
#define dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")

/* GIC CPU interface: by encoding, so that any assembler knows them. */
#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_IAR0_EL1 s3_0_c12_c8_0
#define ICC_AP1R0_EL1 s3_0_c12_c9_0
#define ICC_AP1R1_EL1 s3_0_c12_c9_1
#define ICC_AP1R2_EL1 s3_0_c12_c9_2
#define ICC_AP1R3_EL1 s3_0_c12_c9_3
#define ICC_DIR_EL1 s3_0_c12_c11_1
#define ICC_RPR_EL1 s3_0_c12_c11_3
#define ICC_SGI1R_EL1 s3_0_c12_c11_5
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_BPR1_EL1 s3_0_c12_c12_3
#define ICC_CTLR_EL1 s3_0_c12_c12_4
#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
#define ICC_SRE_EL2 s3_4_c12_c9_5
#define ICH_HCR_EL2 s3_4_c12_c11_0
#define ICH_VMCR_EL2 s3_4_c12_c11_7

/* Newer registers of EL2 that a kernel's boot code sets up, and of EL1 that a reset must clear. */
#define ZCR_EL1 s3_0_c1_c2_0
#define ZCR_EL2 s3_4_c1_c2_0
#define SMCR_EL1 s3_0_c1_c2_6
#define SMCR_EL2 s3_4_c1_c2_6
#define SMPRI_EL1 s3_0_c1_c2_4
#define SVCR s3_3_c4_c2_2
#define TPIDR2_EL0 s3_3_c13_c0_5
#define PMBLIMITR_EL1 s3_0_c9_c10_0
#define PMBIDR_EL1 s3_0_c9_c10_7
#define TRBLIMITR_EL1 s3_0_c9_c11_0
#define HCRX_EL2 s3_4_c1_c2_2
#define HFGRTR_EL2 s3_4_c1_c1_4
#define HFGWTR_EL2 s3_4_c1_c1_5
#define HFGITR_EL2 s3_4_c1_c1_6
#define HDFGRTR_EL2 s3_4_c3_c1_4
#define HDFGWTR_EL2 s3_4_c3_c1_5
#define APIAKEYLO_EL1 s3_0_c2_c1_0
#define APIAKEYHI_EL1 s3_0_c2_c1_1
#define APIBKEYLO_EL1 s3_0_c2_c1_2
#define APIBKEYHI_EL1 s3_0_c2_c1_3
#define APDAKEYLO_EL1 s3_0_c2_c2_0
#define APDAKEYHI_EL1 s3_0_c2_c2_1
#define APDBKEYLO_EL1 s3_0_c2_c2_2
#define APDBKEYHI_EL1 s3_0_c2_c2_3
#define APGAKEYLO_EL1 s3_0_c2_c3_0
#define APGAKEYHI_EL1 s3_0_c2_c3_1

/* HCR_EL2 */
#define HCR_VM BIT(0)
#define HCR_SWIO BIT(1)
#define HCR_FMO BIT(3)
#define HCR_IMO BIT(4)
#define HCR_TWI BIT(13)
#define HCR_TSC BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR BIT(21)
#define HCR_TSW BIT(22)
#define HCR_RW BIT(31)
#define HCR_E2H BIT(34)
#define HCR_TLOR BIT(35)
#define HCR_TERR BIT(36)
#define HCR_APK BIT(40)
#define HCR_API BIT(41)
#define HCR_ATA BIT(56)

/* MDCR_EL2 */
#define MDCR_HPMN_MASK 0x1full
#define MDCR_TPMCR BIT(5)
#define MDCR_TPM BIT(6)
#define MDCR_TDE BIT(8)
#define MDCR_TDA BIT(9)
#define MDCR_TDOSA BIT(10)
#define MDCR_TDRA BIT(11)
#define MDCR_E2PB (3ull << 12)
#define MDCR_TPMS BIT(14)
#define MDCR_HPMD BIT(17)
#define MDCR_TTRF BIT(19)
#define MDCR_HCCD BIT(23)
#define MDCR_E2TB (3ull << 24)

/* CPTR_EL2 */
#define CPTR_TZ BIT(8)
#define CPTR_TSM BIT(12)
#define CPTR_TTA BIT(20)
#define CPTR_TAM BIT(30)

/* ESR_ELx */
#define ESR_EC(esr) ((u32)((esr) >> 26) & 0x3f)
#define ESR_IL BIT(25)
#define EC_UNKNOWN 0x00u
#define EC_WFX 0x01u
#define EC_HVC64 0x16u
#define EC_SMC64 0x17u
#define EC_SYSREG 0x18u
#define EC_INSTR_ABORT 0x20u
#define EC_DATA_ABORT 0x24u

/* ISS of aborts: Arm ARM D19.2.40 */
#define ISS_DFSC(esr) ((u32)(esr)&0x3f)
#define ISS_WNR BIT(6)
#define ISS_S1PTW BIT(7)
#define ISS_CM BIT(8)
#define ISS_SF BIT(15)
#define ISS_SSE BIT(21)
#define ISS_ISV BIT(24)
#define ISS_SRT(esr) ((u32)((esr) >> 16) & 31)
#define ISS_SAS(esr) ((u32)((esr) >> 22) & 3)
#define HPFAR_ADDRESS(hpfar) (((hpfar)&0x0000000ffffffff0ull) << 8)
#define DFSC_EXTERNAL 0x10u
#define DFSC_KIND(dfsc) ((dfsc)&0x3c)
#define DFSC_TRANSLATION 0x04u
#define DFSC_PERMISSION 0x0cu

/* PSTATE */
#define PSR_EL1H 0x5ull
#define PSR_MODE_MASK 0xfull
#define PSR_AARCH32 BIT(4)
#define PSR_DAIF (0xfull << 6)
#define PSR_PAN BIT(22)

#define MPIDR_AFFINITY 0xff00ffffffull

#endif
