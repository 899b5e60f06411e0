# SPDX-License-Identifier: Apache-2.0
# Sourced by the commands of the labs: what is common to their command lines.

# wrong_use USAGE_FILE TEXT...
wrong_use() {
	local usage=$1
	shift
	printf '%s: %s\n\n' "${0##*/}" "$*" >&2
	cat "$usage" >&2
	exit 2
}

# check_play USAGE_FILE VALUED_OPTIONS ARGUMENTS...: wrong use is told before anything is built. VALUED_OPTIONS are
# NAME=WHAT, the options with a value, and what to call it.
check_play() {
	local usage=$1 options=$2 option
	shift 2
	while (($# > 0)); do
		if [[ $1 == --keep ]]; then
			shift
			continue
		fi
		option=$(grep -xE -- "${1%%=*}=[A-Z]+" <<<"${options// /$'\n'}") ||
			wrong_use "$usage" "unknown command or option '$1'"
		if [[ $1 == --*=?* ]]; then
			shift
			continue
		fi
		[[ -n ${2-} && $2 != -* ]] || wrong_use "$usage" "${option%%=*} needs a ${option#*=}"
		shift 2
	done
}

# check_command USAGE_FILE VALUED_OPTIONS ARGUMENTS...: prints the usage where it is asked for.
check_command() {
	local usage=$1 options=$2
	shift 2
	case ${1-} in
		--help | -h | help)
			cat "$usage"
			exit
			;;
		exec) (($# >= 3)) || wrong_use "$usage" 'exec needs a NODE and a COMMAND' ;;
		down) [[ $# == 1 || ($# == 2 && $2 == --force) ]] || wrong_use "$usage" 'down takes nothing but --force' ;;
		*) check_play "$usage" "$options" "$@" ;;
	esac
}
