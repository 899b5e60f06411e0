// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <string>

struct bpf_object;

namespace native
{

// Before loading: each map takes over what is pinned under its name, or is pinned there when the kernel has made it.
void use_pins(Napi::Env env, bpf_object *object, const std::string &directory);

} // namespace native
