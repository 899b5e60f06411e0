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

need_root() {
	[[ $EUID == 0 ]] || fail "needs root: sudo $0"
}

# Runs a command and shows what it printed only if it failed.
quietly() {
	local log
	log=$(mktemp)
	if "$@" >"$log" 2>&1; then
		rm "$log"
		return
	fi
	cat "$log" >&2
	rm "$log"
	fail "failed: $*"
}

# node_works NODE: new enough (package.json, engines), and its headers lie beside it.
node_works() {
	[[ -x $1 ]] && node_headers "$1" >/dev/null &&
		"$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 10) ? 0 : 1)'
}

# The directory to give node-gyp as --nodedir.
node_headers() {
	local directory
	directory=$(dirname "$(dirname "$(readlink -f "$1")")")
	[[ -f $directory/include/node/node_api.h ]] && echo "$directory"
}

# Puts a Node that works first in PATH.
use_node() {
	if node_works "$(command -v node || true)"; then return 0; fi
	if node_works $private_node/bin/node; then
		PATH=$private_node/bin:$PATH
		return 0
	fi
	return 1
}

mount_bpffs() {
	mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
}
