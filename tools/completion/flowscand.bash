# Completion of flowscand for bash. Options are asked of the program itself.

_flowscand() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	case $prev in
	-i | --interface)
		mapfile -t COMPREPLY < <(compgen -W "$(cd /sys/class/net && echo *)" -- "$cur")
		return
		;;
	-c | --config | -r | --read | --db)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	--workers)
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "-c -i -r $("${COMP_WORDS[0]}" --help 2>/dev/null |
		grep -o -- '--[a-z][a-z-]*' | sort -u)" -- "$cur")
}

complete -F _flowscand flowscand
