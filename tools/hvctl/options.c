// SPDX-License-Identifier: GPL-2.0-only
/* Options of commands. */
#include <string.h>
#include "hvctl.h"

static const struct option_spec *find_option(const struct option_spec *options, const char *word,
					     size_t length)
{
	for (; options->name; options++) {
		if (strlen(options->name) == length && !strncmp(options->name, word, length))
			return options;
		if (length == 2 && word[0] == '-' && options->letter && word[1] == options->letter)
			return options;
	}
	return NULL;
}

int parse_options(const struct command *command, int *argc, char ***argv,
		  const struct option_spec *options)
{
	char **words = *argv + 1;
	int count = *argc - 1, kept = 0;
	bool end = false;

	for (int i = 0; i < count; i++) {
		char *word = words[i], *equals = strchr(word, '=');
		size_t length = equals && word[1] == '-' ? (size_t)(equals - word) : strlen(word);
		const struct option_spec *option;

		if (end || word[0] != '-' || !word[1]) {
			words[kept++] = word;
			continue;
		}
		if (!strcmp(word, "--")) {
			end = true;
			continue;
		}
		option = find_option(options, word, length);
		if (!option)
			return usage_error(command, "there is no option '%.*s' here", (int)length,
					   word);
		if (option->flag)
			*option->flag = true;
		if (!option->value) {
			if (word[length])
				return usage_error(command, "%s takes no value", option->name);
			continue;
		}
		if (word[length])
			*option->value = word + length + 1;
		else if (i + 1 < count)
			*option->value = words[++i];
		else
			return usage_error(command, "%s needs a value", option->name);
	}
	*argc = kept;
	*argv = words;
	return 0;
}
