// SPDX-License-Identifier: Apache-2.0
#include "test_run.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <vector>

#include "error.h"

namespace native
{
namespace
{

// The most that a program can add in front of a packet: XDP_PACKET_HEADROOM.
constexpr size_t growth = 256;

// Between two repeats the kernel checks for a pending signal, for example SIGCHLD, and fails with EINTR. The signal
// handler runs before the call returns, so the next attempt does not see the same signal. After this many attempts
// there is a stream of signals, which is an error. An interrupted attempt has had its effects: the program runs at
// least `repeat` times, perhaps more. A single run is never interrupted.
constexpr int attempts = 16;

int run_uninterrupted(int program_fd, bpf_test_run_opts *run)
{
	for (int attempt = 1;; attempt++) {
		int error = bpf_prog_test_run_opts(program_fd, run);
		if (!error || errno != EINTR || attempt == attempts)
			return error;
	}
}

} // namespace

Napi::Value test_run(Napi::Env env, int program_fd, Bytes packet, const TestRunOptions &options)
{
	xdp_md context = {};
	context.data_end = options.linear_bytes;
	context.ingress_ifindex = options.ingress_ifindex;

	std::vector<uint8_t> out(options.live ? 0 : packet.size + growth);
	LIBBPF_OPTS(bpf_test_run_opts, run);
	run.data_in = packet.data;
	run.data_size_in = static_cast<__u32>(packet.size);
	run.ctx_in = &context;
	run.ctx_size_in = sizeof(context);
	run.repeat = static_cast<int>(options.repeat);
	if (options.live) {
		run.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	} else {
		run.data_out = out.data();
		run.data_size_out = static_cast<__u32>(out.size());
	}
	if (run_uninterrupted(program_fd, &run))
		fail(env, errno, "bpf_prog_test_run",
		     std::to_string(packet.size) + " bytes on ifindex " + std::to_string(options.ingress_ifindex));

	Napi::Uint8Array after = Napi::Uint8Array::New(env, options.live ? 0 : run.data_size_out);
	std::copy_n(out.begin(), after.ByteLength(), after.Data());
	Napi::Object result = Napi::Object::New(env);
	result.Set("verdict", run.retval);
	result.Set("packet", after);
	result.Set("duration_ns", run.duration);
	return result;
}

} // namespace native
