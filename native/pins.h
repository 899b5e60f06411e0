// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <string>

struct bpf_object;

namespace native
{

// Called before loading. Each map reuses the one that is pinned under its name, or is pinned there after its creation.
void use_pins(Napi::Env env, bpf_object *object, const std::string &directory);

} // namespace native
