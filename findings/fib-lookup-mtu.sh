#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What bpf_fib_lookup() tells an XDP program of MTUs. An ITR has to tell a host which packets fit behind an outer header,
# so it needs the MTU and the egress interface together. The helper gives both only if it is not asked about a size:
#
# - Asked with the length of the packet, it answers FRAG_NEEDED with the MTU, but `ifindex` still is the ingress.
# - Asked with a length of 1, it answers SUCCESS with MTU and egress.
# - If the neighbour is not resolved, it answers NO_NEIGH with the egress, and leaves the length that was asked about in
#   the place of the MTU (`mtu_result` is the same field as `tot_len`).
# - `ip route ... mtu 1300` counts only if it is locked, while the kernel's own forwarding honours it either way.
#
# Seen on Linux 6.18 on 2026-12-01. Needs root, network namespaces and Debian 12's packages; leaves
# nothing behind.
set -euo pipefail

declare -A versions=(
	[clang-14]=1:14.0.6-12 [libclang-cpp14]=1:14.0.6-12 [libllvm14]=1:14.0.6-12 [libclang-common-14-dev]=1:14.0.6-12
	[bpftool]=7.1.0+6.1.192-3 [libbpf-dev]=1:1.1.2-0+deb12u1 [linux-libc-dev]=6.1.192-3 [iproute2]=6.1.0-3
)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in "${!versions[@]}"; do
	apt-get download -qq -o APT::Sandbox::User=root "$package=${versions[$package]}"
done
for deb in *.deb; do dpkg-deb -x "$deb" root; done
export PATH=$work/root/usr/lib/llvm-14/bin:$work/root/usr/sbin:$work/root/sbin:$work/root/bin:$PATH
export LD_LIBRARY_PATH=$work/root/usr/lib/llvm-14/lib:$work/root/usr/lib/x86_64-linux-gnu

cat >ask.c <<'END'
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The frame is a struct bpf_fib_lookup: question in, answer out. */
SEC("xdp") int ask(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct bpf_fib_lookup params;
	int result;

	if (data + sizeof(params) > end)
		return -1;
	__builtin_memcpy(&params, data, sizeof(params));
	result = bpf_fib_lookup(ctx, &params, sizeof(params), 0);
	__builtin_memcpy(data, &params, sizeof(params));
	return result;
}
char _license[] SEC("license") = "GPL";
END
clang -O2 -g -target bpf -I root/usr/include -I root/usr/include/x86_64-linux-gnu -c ask.c -o ask.o

cat >inside.sh <<'END'
set -euo pipefail
mount -t bpf bpf /sys/fs/bpf
sysctl -qw net.ipv4.ip_forward=1
ip link add in0 type veth peer name host0
ip link add up0 mtu 1400 type veth peer name far0 mtu 1400
for device in in0 host0 up0 far0; do ip link set $device up; done
ip address add 10.0.0.1/24 dev in0
ip address add 192.0.2.1/24 dev up0
ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev up0 nud permanent
ip route add 198.51.100.0/25 via 192.0.2.2 mtu 1300
ip route add 198.51.100.128/25 via 192.0.2.2 mtu lock 1300
bpftool prog load ask.o /sys/fs/bpf/ask
python3 - <<'PY'
import socket, struct, subprocess, sys
names = {0: 'SUCCESS', 7: 'NO_NEIGH', 8: 'FRAG_NEEDED'}
ingress, egress = (socket.if_nametoindex(name) for name in ('in0', 'up0'))
def ask(destination, length):
    address = lambda text: socket.inet_aton(text) + bytes(12)
    question = struct.pack('<BBHHHII', socket.AF_INET, 17, 0, 0, length, ingress, 0)
    question += address('10.0.0.9') + address(destination) + bytes(16)
    open('question', 'wb').write(question)
    run = ['bpftool', 'prog', 'run', 'pinned', '/sys/fs/bpf/ask', 'data_in', 'question', 'data_out', 'answer']
    output = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    result = int(output.split('Return value:')[1].split(',')[0])
    _, _, _, _, mtu, ifindex = struct.unpack_from('<BBHHHI', open('answer', 'rb').read())
    return names.get(result, result), mtu, {ingress: 'ingress', egress: 'egress'}.get(ifindex)
expected = [
    ('192.0.2.2', 1500, ('FRAG_NEEDED', 1400, 'ingress')),
    ('192.0.2.2', 1, ('SUCCESS', 1400, 'egress')),
    ('192.0.2.3', 1500, ('FRAG_NEEDED', 1400, 'ingress')),
    ('192.0.2.3', 1, ('NO_NEIGH', 1, 'egress')),
    ('198.51.100.1', 1400, ('SUCCESS', 1400, 'egress')),
    ('198.51.100.129', 1400, ('FRAG_NEEDED', 1300, 'ingress')),
]
wrong = 0
for destination, length, answer in expected:
    got = ask(destination, length)
    print(f'{destination:>14}, length {length:>4}: {got[0]}, mtu_result {got[1]}, ifindex of the {got[2]}')
    wrong += got != answer
sys.exit(wrong and f'{wrong} answers are not those of 2026-12-01')
PY
END
uname -sr
unshare --net --mount bash inside.sh
