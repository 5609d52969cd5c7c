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

# The value of an option; fails when the option has none that is known.
_flowscan_value() {
	case $1 in
	--class) _flowscan_reply 'direct vpn proxy relay tunnel tor privacy-relay unknown' ;;
	--verdict) _flowscan_reply 'clean review anomalous' ;;
	--format) _flowscan_reply 'table json jsonl csv markdown' ;;
	--by) _flowscan_reply 'client asn country city class protocol rule service sensor hour' ;;
	--sort) _flowscan_reply 'score time' ;;
	--tz) _flowscan_reply 'UTC local' ;;
	--expires) _flowscan_reply '30d 90d never' ;;
	--compare) _flowscan_reply '24h 7d' ;;
	--last | --since) _flowscan_reply '15m 1h 24h 7d' ;;
	--db | --output | -o | -r | --labels | --socket | --token-file) _flowscan_files ;;
	--until | --client | --country | --asn | --min-score | --service | \
		--sensor | --query | -q | --note | --reason | --ja4 | --rule | --limit | --fields | --listen | --every) ;;
	*) return 1 ;;
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
			_flowscan_files
		fi
		;;
	*) _flowscan_files ;;
	esac
}

complete -F _flowscan flowscan
