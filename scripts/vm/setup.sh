# SPDX-License-Identifier: Apache-2.0
# Sourced by the commands that boot virtual machines, after lib.sh: what they need besides scripts/bootstrap.
. "$repository/scripts/packages.sh"

vm_requirements=(
	qemu-system-x86_64=qemu-system-x86
	/bin/busybox=busybox-static
	modprobe=kmod
	xz=xz-utils
	/usr/share/keyrings/debian-archive-keyring.gpg=debian-archive-keyring
)

set_up_vms() {
	[[ $(uname -m) == x86_64 ]] || fail "virtual machines are x86_64, this machine is $(uname -m)"
	install_missing "${vm_requirements[@]}"
	# A guest's first programs run on nothing else: a busybox that needs libraries will not do.
	ldd /bin/busybox >/dev/null 2>&1 && { update_package_lists; install_packages busybox-static; }
	return 0
}
