// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "hvctl.h"
#include "table.h"

struct table_row {
	struct table_row *next;
	const char *cells[TABLE_COLUMNS];
};

void table_row(struct table *table, ...)
{
	struct table_row *row = must_alloc(sizeof(*row));
	va_list args;

	va_start(args, table);
	for (unsigned int i = 0; i < table->columns; i++)
		row->cells[i] = va_arg(args, const char *);
	va_end(args);
	if (table->last)
		table->last->next = row;
	else
		table->first = row;
	table->last = row;
}

void table_print(const struct table *table)
{
	int width[TABLE_COLUMNS] = { 0 };

	for (const struct table_row *row = table->first; row; row = row->next) {
		for (unsigned int i = 0; i < table->columns; i++) {
			int length = (int)strlen(row->cells[i]);

			width[i] = length > width[i] ? length : width[i];
		}
	}
	for (const struct table_row *row = table->first; row; row = row->next) {
		printf("%*s", (int)table->indent, "");
		for (unsigned int i = 0; i < table->columns; i++) {
			bool right = table->right & (1u << i);
			bool last = i + 1 == table->columns;

			printf("%*s%s",
			       right  ? width[i]
			       : last ? 0
				      : -width[i],
			       row->cells[i], last ? "\n" : "  ");
		}
	}
}
