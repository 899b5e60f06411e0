// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <string>

#include "arguments.h"
#include "handle.h"

struct bpf_object;

namespace native
{

// Opens what is pinned at `path`. Throws EINVAL if it is not of this kind, "map" or "link".
Fd open_pin(Napi::Env env, const std::string &path, const std::string &kind);

// Called before loading. Each map that has a path reuses the one pinned there, or is pinned there after its creation.
void use_pins(bpf_object *object, const Argument &paths);

} // namespace native
