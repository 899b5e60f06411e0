// SPDX-License-Identifier: Apache-2.0
// Polls a descriptor on the event loop of its environment, and passes its data to a JavaScript function.
#pragma once

#include <napi.h>
#include <uv.h>

#include <memory>
#include <optional>
#include <vector>

namespace native
{

class LoopPoll
{
      public:
	virtual ~LoopPoll() = default;
	// Ends polling. Without it the loop polls until the environment ends, as with a listening socket.
	void close();

      protected:
	LoopPoll(Napi::Env env, const char *name, Napi::Function listener);
	// Called once, by `self`, which then lives until libuv has closed the handle. Throws a BpfError.
	void start(std::shared_ptr<LoopPoll> self, int fd);
	// Uses plain Node-API: its C++ wrapper aborts if it cannot create an exception, as in a worker that is being
	// terminated.
	void call(const std::vector<napi_value> &arguments);
	// The descriptor is readable. Called again as long as it stays readable.
	virtual void readable() = 0;
	// libuv has released the descriptor.
	virtual void release() = 0;

	Napi::Env env_;

      private:
	static void on_readable(uv_poll_t *handle, int status, int events);
	static void on_closed(uv_handle_t *handle);
	static void on_environment_end(napi_async_cleanup_hook_handle hook, void *self);

	Napi::FunctionReference listener_;
	std::optional<Napi::AsyncContext> context_;
	napi_async_cleanup_hook_handle hook_ = nullptr;
	uv_poll_t handle_ = {};
	bool closing_ = false;
	std::shared_ptr<LoopPoll> self_;
};

} // namespace native
