// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include "arguments.h"

namespace native
{

struct TestRunOptions {
	uint32_t ingress_ifindex;
	uint32_t repeat;
	bool live;
	uint32_t linear_bytes; // of the first buffer; the others have the rest of the packet
};

// BPF_PROG_TEST_RUN of an XDP program.
Napi::Value test_run(Napi::Env env, int program_fd, Bytes packet, const TestRunOptions &options);

} // namespace native
