// SPDX-License-Identifier: Apache-2.0
// Polls a BPF ring buffer on the event loop of its environment.
#pragma once

#include <bpf/libbpf.h>
#include <napi.h>
#include <uv.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "handle.h"

namespace native
{

struct FreeRing {
	void operator()(ring_buffer *ring) const
	{
		ring_buffer__free(ring);
	}
};

class RingPoll
{
      public:
	// Starts polling, until close() or the end of the environment. Throws a BpfError.
	static std::shared_ptr<RingPoll> start(Napi::Env env, Fd map, uint32_t max_batch, Napi::Function on_records);
	void close();

      private:
	RingPoll(Napi::Env env, uint32_t max_batch, Napi::Function on_records);
	static int keep_record(void *self, void *data, size_t size);
	static void on_readable(uv_poll_t *handle, int status, int events);
	static void on_closed(uv_handle_t *handle);
	static void on_environment_end(napi_async_cleanup_hook_handle hook, void *self);
	void deliver();
	napi_value take_batch();

	Napi::Env env_;
	uint32_t max_batch_;
	Napi::FunctionReference on_records_;
	std::optional<Napi::AsyncContext> context_;
	napi_async_cleanup_hook_handle hook_ = nullptr;
	Fd map_;
	std::unique_ptr<ring_buffer, FreeRing> ring_;
	uv_poll_t handle_ = {};
	bool closing_ = false;
	std::vector<std::vector<uint8_t>> batch_;
	// Keeps this alive from the start of the handle until libuv has closed it.
	std::shared_ptr<RingPoll> self_;
};

} // namespace native
