/* SPDX-License-Identifier: GPL-2.0-only */
/* The config rules in words. */
#ifndef HVCTL_RULE_TEXT_H
#define HVCTL_RULE_TEXT_H

#include <bulkhead/rules.h>

/**
 * struct rule_text - a rule in words.
 * @name: short, as in "BH013 mem-align"
 * @broken: what is wrong, as a sentence about the entry
 * @why: why the rule is there
 * @remedy: what to do
 */
struct rule_text {
	const char *name;
	const char *broken;
	const char *why;
	const char *remedy;
};

/** rule_text() - of a rule; of an unknown one too (never NULL). */
const struct rule_text *rule_text(unsigned int rule);

/** rule_by_name() - from "BH013", "13" or "mem-align"; BH_RULE_NONE if there is none. */
enum bh_rule rule_by_name(const char *name);

#endif
