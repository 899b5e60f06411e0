# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Node of the npm registry, for distributions whose own is too old.
private_node=/opt/xtrd/node
# One clock for a script and the scripts it calls.
export XTRD_STARTED=${XTRD_STARTED:-$EPOCHSECONDS}

say() {
	printf '%4d s  %s\n' $((EPOCHSECONDS - XTRD_STARTED)) "$*"
}

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# A minimal Debian has no sudo, and as root none is needed.
need_root() {
	[[ $EUID != 0 ]] || return 0
	if command -v sudo >/dev/null; then fail "needs root: sudo $0"; fi
	fail "needs root, and there is no sudo here: become root (su -), then run $(realpath "$0")"
}

# The last line that says something of a log: apt, npm and compilers end some with a carriage return.
last_line() {
	tail -c 2000 "$1" | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-100 || true
}

# show_progress COMMAND...: every few seconds a line with what COMMAND prints, for as long as this script runs.
show_progress() {
	local began=$SECONDS never text
	# `read` waits without a process of its own, which would outlive us and hold our output open.
	exec {never}<> <(:)
	while read -rt "${XTRD_PROGRESS_S:-5}" -u "$never" || kill -0 $$ 2>/dev/null; do
		text=$("$@")
		say "    $((SECONDS - began)) s${text:+: $text}"
	done
}

# attempt [--progress HOW_FAR] COMMAND...: shows what the command printed only if it failed, and that it goes on if it
# takes long. HOW_FAR gets the name of the log and prints how far it is; the last line of the log if nothing is said.
attempt() {
	local log progress=last_line watcher status=0
	if [[ $1 == --progress ]]; then
		progress=$2
		shift 2
	fi
	log=$(mktemp)
	show_progress "$progress" "$log" &
	watcher=$!
	"$@" >"$log" 2>&1 || status=$?
	kill $watcher
	wait $watcher 2>/dev/null || true
	((status == 0)) || cat "$log" >&2
	rm "$log"
	return $status
}

# The same; a failure ends the script.
quietly() {
	attempt "$@" || fail "failed: $*"
}

# node_works NODE: new enough (package.json, engines), and its headers lie beside it.
node_works() {
	[[ -x $1 ]] && node_headers "$1" >/dev/null && node_is_new "$1"
}

# node_is_new NODE
node_is_new() {
	"$1" -e '
		const [, major, minor] = /(\d+)\.(\d+)/.exec(require(process.argv[1]).engines.node).map(Number);
		const [a, b] = process.versions.node.split(".").map(Number);
		process.exit(a > major || (a === major && b >= minor) ? 0 : 1);
	' "$repository/package.json"
}

# The directory to give node-gyp as --nodedir.
node_headers() {
	local directory
	directory=$(dirname "$(dirname "$(readlink -f "$1")")")
	[[ -f $directory/include/node/node_api.h ]] && echo "$directory"
}

# Puts a Node that works first in PATH, and an npm.
use_node() {
	if node_works "$(command -v node || true)"; then
		# The registry's npm, where the distribution's Node came without one.
		[[ :$PATH: == *:$private_node/bin:* ]] || PATH=$PATH:$private_node/bin
		return 0
	fi
	if node_works $private_node/bin/node; then
		PATH=$private_node/bin:$PATH
		return 0
	fi
	return 1
}

mount_bpffs() {
	mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
}
