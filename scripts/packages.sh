# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts that install Debian packages; after lib.sh.

there() {
	if [[ $1 == /* ]]; then [[ -e $1 ]]; else command -v "$1" >/dev/null; fi
}

install_packages() {
	say "apt: $*"
	DEBIAN_FRONTEND=noninteractive quietly apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "$@"
}

# Once, and only when something is to be installed.
update_package_lists() {
	[[ -z ${lists_are_new-} ]] || return 0
	lists_are_new=yes
	say 'apt: package lists'
	quietly apt-get update -q
}

# install_missing WHAT=PACKAGE...: WHAT is a command, or the path of a file.
install_missing() {
	local requirement missing=()
	for requirement in "$@"; do
		there "${requirement%%=*}" || missing+=("${requirement#*=}")
	done
	((${#missing[@]})) || return 0
	update_package_lists
	install_packages "${missing[@]}"
}
