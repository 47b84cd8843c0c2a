/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attackers: what a hostile cell tries. Each prints what it tries; a thing that
 * should not have worked is a BREACH. Some attacks are meant to end with the cell
 * failed, or deaf to everything: then the lines after "start" are missing.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include "inmate.h"

/**
 * struct attack - one attack.
 * @name: for attack=NAME in the command line
 * @run: does it; returns if the cell survives
 */
struct attack {
	const char *name;
	void (*run)(void);
};

extern const struct attack attacks_arch[]; /**< ends with an empty name */

void refused(const char *format, ...) __attribute__((format(printf, 1, 2)));
void breach(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** tried() - something whose effect, if any, others would notice. */
void tried(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** random64() - xorshift, from the command line's seed=N. */
uint64_t random64(void);
/** random_edge() - a random number that is often close to a boundary. */
uint64_t random_edge(void);

/** deadline() - counter value in secs=N seconds of the command line, 2 without. */
uint64_t deadline(void);

/** put_return() - instructions at @at that return at once (arch). */
void put_return(void *at);

/* attack-memory.c */
void attack_read(void);
void attack_write(void);
void attack_execute(void);
void attack_read_only(void);
void attack_no_execute(void);
void attack_sweep(void);
void attack_comm(void);
/* attack-hypercall.c */
void attack_hypercalls(void);
void attack_hypercall_storm(void);
void attack_console_flood(void);

#endif
