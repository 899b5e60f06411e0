// SPDX-License-Identifier: Apache-2.0
#include "misc.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <ctime>
#include <iterator>

#include "arguments.h"
#include "error.h"
#include "handle.h"

namespace native
{

Napi::Value num_possible_cpus(const Napi::CallbackInfo &info)
{
	LogCapture log;
	const int count = libbpf_num_possible_cpus();
	if (count < 0)
		fail(info.Env(), -count, "libbpf_num_possible_cpus", "", log.text());
	return Napi::Number::New(info.Env(), count);
}

Napi::Value accepts_program_flags(const Napi::CallbackInfo &info)
{
	const char *operation = "bpf_prog_load";
	const bpf_insn program[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS},
	    {.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options);
	options.prog_flags = Argument(info, operation, 0, "flags").number();
	const Fd fd(bpf_prog_load(BPF_PROG_TYPE_XDP, "flags", "GPL", program, std::size(program), &options));
	if (!fd.open() && errno != EINVAL)
		fail(info.Env(), errno, operation);
	return Napi::Boolean::New(info.Env(), fd.open());
}

Napi::Value monotonic_ns(const Napi::CallbackInfo &info)
{
	timespec now;
	if (clock_gettime(CLOCK_MONOTONIC, &now))
		fail(info.Env(), errno, "clock_gettime");
	return Napi::BigInt::New(info.Env(), int64_t{now.tv_sec} * 1000000000 + now.tv_nsec);
}

Napi::Value libbpf_version(const Napi::CallbackInfo &info)
{
	const std::string version = libbpf_version_string(); // "v1.1"
	return Napi::String::New(info.Env(), version.substr(version.find_first_of("0123456789")));
}

} // namespace native
