# Completion of flowscan for bash. Commands and options are asked of the
# program itself, so that they are those that it knows.

# _flowscan_words COMMAND...: what its help names.
_flowscan_commands() {
	"$1" help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p'
}

_flowscan_options() {
	"$@" --help 2>/dev/null | grep -o -- '--[a-z][a-z0-9-]*' | sort -u
}

# _flowscan_reply WORDS: those that begin as the word does.
_flowscan_reply() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_flowscan_files() {
	mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
	compopt -o filenames 2>/dev/null
}

# The names of the rules: of those that the command line gives, else of those
# that are installed.
_flowscan_rules() {
	local paths=() i
	for ((i = 3; i < ${#COMP_WORDS[@]}; i++)); do
		[ "$i" -eq "$COMP_CWORD" ] || [ ! -e "${COMP_WORDS[i]}" ] ||
			paths+=("${COMP_WORDS[i]}")
	done
	"${COMP_WORDS[0]}" rules list --format csv --fields rule "${paths[@]}" \
		2>/dev/null | tr -d '\r' | sed 1d
}

_flowscan_signals() {
	"${COMP_WORDS[0]}" signals --format csv --fields name 2>/dev/null |
		tr -d '\r' | sed 1d
}

# The last word of a condition or of a list with commas: signals.
_flowscan_reply_signal() {
	local cur=${COMP_WORDS[COMP_CWORD]} before
	before=${cur%"${cur##*[ (,]}"}
	mapfile -t COMPREPLY < <(compgen -P "$before" \
		-W "$(_flowscan_signals)" -- "${cur#"$before"}")
}

# The value of an option; fails when the option has none that is known.
_flowscan_value() {
	case $1 in
	--class) _flowscan_reply 'direct vpn proxy relay tunnel tor privacy-relay unknown' ;;
	--verdict) _flowscan_reply 'clean review anomalous' ;;
	--format) _flowscan_reply 'table json jsonl csv markdown html' ;;
	--by) _flowscan_reply 'client asn country city class protocol rule service sensor hour' ;;
	--sort) _flowscan_reply 'score time' ;;
	--tz) _flowscan_reply 'UTC local' ;;
	--expires) _flowscan_reply '30d 90d never' ;;
	--compare) _flowscan_reply '24h 7d' ;;
	--rule) _flowscan_reply "$(_flowscan_rules)" ;;
	--fields) _flowscan_reply_signal ;;
	--last | --since) _flowscan_reply '15m 1h 24h 7d' ;;
	--db | --output | -o | -r | --labels | --socket | --token-file) _flowscan_files ;;
	--until | --client | --country | --asn | --min-score | --service | \
		--sensor | --query | -q | --note | --reason | --ja4 | --limit | --listen | --every) ;;
	*) return 1 ;;
	esac
}

# _flowscan_rules_operand VERB PREVIOUS
_flowscan_rules_operand() {
	case $1:$2 in
	show:show | try:try) _flowscan_reply "$(_flowscan_rules)" ;;
	explain:explain) _flowscan_reply_signal ;;
	*) _flowscan_files ;;
	esac
}

_flowscan() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_flowscan_reply "$(_flowscan_commands "$program") help --version"
		return
	fi
	_flowscan_value "$prev" && return
	case $command:$cur in
	*:-*) _flowscan_reply "$(_flowscan_options "$program" "$command")" ;;
	help:*) _flowscan_reply "$(_flowscan_commands "$program")" ;;
	suppress:*) _flowscan_reply 'add list remove' ;;
	label:*) _flowscan_reply 'list tp fp benign unsure' ;;
	ctl:*) _flowscan_reply 'status stats reload rotate stop' ;;
	rules:*)
		if [ "$COMP_CWORD" -eq 2 ]; then
			_flowscan_reply "$("$program" rules --help 2>/dev/null |
				sed -n 's/^  \([a-z][a-z-]*\)  *.*/\1/p')"
		else
			_flowscan_rules_operand "${COMP_WORDS[2]}" "$prev"
		fi
		;;
	*) _flowscan_files ;;
	esac
}

complete -F _flowscan flowscan
