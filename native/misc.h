// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

namespace native
{

// Whether the kernel loads an XDP program with these flags of BPF_PROG_LOAD.
Napi::Value accepts_program_flags(const Napi::CallbackInfo &info);
Napi::Value num_possible_cpus(const Napi::CallbackInfo &info);
Napi::Value monotonic_ns(const Napi::CallbackInfo &info);
Napi::Value libbpf_version(const Napi::CallbackInfo &info);

} // namespace native
