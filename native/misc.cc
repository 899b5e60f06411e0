// SPDX-License-Identifier: Apache-2.0
#include "misc.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <ctime>

#include "error.h"

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
