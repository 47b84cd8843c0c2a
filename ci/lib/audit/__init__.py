# SPDX-License-Identifier: GPL-2.0-only
"""Proves isolation from outside: translation tables in a memory dump, against the configs.

Nothing here uses code, symbols or generated headers of the hypervisor. Tables are
decoded as the Arm Architecture Reference Manual (DDI 0487, section D8)
says, configs as include/bulkhead/config.h lays them out.
"""
