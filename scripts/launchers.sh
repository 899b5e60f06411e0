# SPDX-License-Identifier: Apache-2.0
# Sourced after lib.sh: xtrd and xtrctl on the PATH, as links to scripts/launch of this clone.
launcher_directory=${XTRD_LAUNCHERS:-/usr/local/bin}
launchers=(xtrd xtrctl)

# launcher_is_ours FILE
launcher_is_ours() {
	[[ -L $1 && $(readlink "$1") == "$repository/scripts/launch" ]]
}

# launcher_is_free FILE: nothing is there, or what a clone that is gone left there.
launcher_is_free() {
	[[ ! -e $1 && (! -L $1 || $(readlink "$1") == */scripts/launch) ]]
}

# Another clone's launchers, and what else has these names, stay.
install_launchers() {
	local name file
	mkdir -p "$launcher_directory"
	for name in "${launchers[@]}"; do
		file=$launcher_directory/$name
		if launcher_is_ours "$file"; then continue; fi
		if launcher_is_free "$file"; then
			ln -sfn "$repository/scripts/launch" "$file"
			say "$name: $file starts that of $repository"
		else
			say "$name: $file stays as it is, $(readlink -f "$file"): rm it for that of $repository"
		fi
	done
}

remove_launchers() {
	local name file
	for name in "${launchers[@]}"; do
		file=$launcher_directory/$name
		if launcher_is_ours "$file"; then
			rm "$file"
			say "removed $file"
		fi
	done
}
