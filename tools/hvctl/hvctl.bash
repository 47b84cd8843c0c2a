# SPDX-License-Identifier: GPL-2.0-only
# Completion of hvctl(8) for bash.

_hvctl_cells() {
	local cell names=()

	for cell in /sys/class/misc/bulkhead/cells/*/id; do
		[[ -e $cell && $(<"$cell") != 0 ]] || continue
		cell=${cell%/id}
		names+=("${cell##*/}")
	done
	mapfile -t COMPREPLY < <(compgen -W "${names[*]}" -- "$1")
}

_hvctl_words() {
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

# Files whose names end as wanted, and directories on the way to them.
_hvctl_files() {
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen -d -- "$1"; compgen -f -X "!*$2" -- "$1")
}

_hvctl_options() {
	local options=--help

	case $1 in
	status | hardware | 'cell list' | 'config show') options+=' --json' ;;
	console | 'cell console') options+=' -f --follow' ;;
	'cell create') options+=' --cmdline' ;;
	'cell shutdown') options+=' --force --timeout' ;;
	'cell destroy') options+=' --force' ;;
	'cell stats') options+=' --json -w --watch --interval --count' ;;
	'cell crash') options+=' --json --config' ;;
	'config check') options+=' --json --alone --system --explain' ;;
	'config compile') options+=' -o --output --system --author-dir' ;;
	esac
	printf '%s' "$options"
}

_hvctl() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} first=2

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_hvctl_words "$current" 'enable disable status console cell config hardware --help --version'
		return
	fi
	case $command in
	cell | config) first=3 ;;
	esac
	if ((COMP_CWORD == 2 && first == 3)); then
		case $command in
		cell)
			_hvctl_words "$current" \
				'create load start shutdown destroy list stats console raise crash core --help'
			;;
		config) _hvctl_words "$current" 'check show compile --help' ;;
		esac
		return
	fi
	((first == 3)) && command+=" ${COMP_WORDS[2]}"
	case $previous in
	--system | --config | -o | --output)
		_hvctl_files "$current" .cell
		return
		;;
	--author-dir)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--cmdline | --timeout | --interval | --count | --explain) return ;;
	esac
	if [[ $current == -* ]]; then
		_hvctl_words "$current" "$(_hvctl_options "$command")"
		return
	fi
	case $command in
	enable | hardware | 'cell create' | 'config check' | 'config show')
		_hvctl_files "$current" .cell
		;;
	'config compile') _hvctl_files "$current" .c ;;
	'cell load' | 'cell core')
		if ((COMP_CWORD == first)); then
			_hvctl_cells "$current"
		else
			_hvctl_files "$current" ''
		fi
		;;
	cell\ *) ((COMP_CWORD == first)) && _hvctl_cells "$current" ;;
	esac
}

complete -F _hvctl hvctl
