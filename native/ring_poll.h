// SPDX-License-Identifier: Apache-2.0
// Polls a BPF ring buffer on the event loop of its environment.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "handle.h"
#include "loop_poll.h"

namespace native
{

struct FreeRing {
	void operator()(ring_buffer *ring) const
	{
		ring_buffer__free(ring);
	}
};

class RingPoll : public LoopPoll
{
      public:
	// Starts polling, until close() or the end of the environment. Throws a BpfError.
	static std::shared_ptr<RingPoll> start(Napi::Env env, Fd map, uint32_t max_batch, Napi::Function on_records);

      private:
	RingPoll(Napi::Env env, uint32_t max_batch, Napi::Function on_records);
	static int keep_record(void *self, void *data, size_t size);
	void readable() override;
	void release() override;
	napi_value take_batch();

	uint32_t max_batch_;
	Fd map_;
	std::unique_ptr<ring_buffer, FreeRing> ring_;
	std::vector<std::vector<uint8_t>> batch_;
};

} // namespace native
