/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hvctl: what its parts share. Every command returns its exit status: 0 done,
 * 1 failed, 2 wrong usage. Memory is not given back: a command runs once.
 */
#ifndef HVCTL_H
#define HVCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EXIT_FAILED 1
#define EXIT_USAGE 2

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * struct command - a word that can be typed.
 * @name: the word
 * @arguments: what follows it, for the usage line
 * @summary: one line
 * @help: what --help prints below usage and summary, may be NULL
 * @run: does it; argv[0] is the word. NULL if @sub is given
 * @sub: words that can follow, ended by one without name
 */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	int (*run)(const struct command *command, int argc, char **argv);
	const struct command *sub;
};

/** Lists of commands, by subject. */
extern const struct command commands[], cell_commands[], config_commands[];

/** usage_error() - says what is wrong with the arguments. Returns EXIT_USAGE. */
int __attribute__((format(printf, 2, 3)))
usage_error(const struct command *command, const char *format, ...);

/** failure() - says what was tried and what went wrong. Returns EXIT_FAILED. */
int __attribute__((format(printf, 1, 2))) failure(const char *format, ...);

/** advice() - a second line to failure(): what to do about it. */
void __attribute__((format(printf, 1, 2))) advice(const char *format, ...);

/**
 * struct option_spec - an option of a command.
 * @name: with its dashes
 * @letter: short form, 0 for none
 * @value: where its argument goes, NULL if it has none
 * @flag: set if it is there, may be NULL
 */
struct option_spec {
	const char *name;
	char letter;
	const char **value;
	bool *flag;
};

/**
 * parse_options() - takes the options out of argv.
 * @command: for messages
 * @argc: in and out
 * @argv: in and out: operands only, without the command's name
 * @options: ended by one without name
 *
 * Return: 0, or EXIT_USAGE after a message.
 */
int parse_options(const struct command *command, int *argc, char ***argv,
		  const struct option_spec *options);

/** parse_number() - a whole number, decimal or 0x; false if it is not one. */
bool parse_number(const char *text, uint64_t *value);

/** checked memory */
void *must_alloc(size_t size);
char *__attribute__((format(printf, 1, 2))) must_format(const char *format, ...);

/**
 * read_whole() - reads a file.
 * @path: of it
 * @size: out: bytes
 *
 * Return: 8-byte aligned contents with a NUL behind them, NULL with errno set.
 */
void *read_whole(const char *path, size_t *size);

/** human_size() - exact: "1028 KiB"; allocated. */
const char *human_size(uint64_t bytes);

/** rounded_size() - "1.0 MiB"; allocated. */
const char *rounded_size(uint64_t bytes);

#endif
