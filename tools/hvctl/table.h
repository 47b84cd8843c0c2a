/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of text, columns as wide as needed. */
#ifndef HVCTL_TABLE_H
#define HVCTL_TABLE_H

#include <stdbool.h>

#define TABLE_COLUMNS 16

struct table_row;

/**
 * struct table - filled row by row, then printed.
 * @columns: how many
 * @right: bit per column: right-aligned
 * @indent: blanks before each line
 */
struct table {
	unsigned int columns;
	unsigned int right;
	unsigned int indent;
	struct table_row *first, *last;
};

/** table_row() - adds a row of @columns strings, const char * each. */
void table_row(struct table *table, ...);

/** table_print() - prints the rows, the first one as the heading. */
void table_print(const struct table *table);

#endif
