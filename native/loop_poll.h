// SPDX-License-Identifier: Apache-2.0
// A descriptor that is polled on the event loop of its environment, and what it has is given to a JavaScript function.
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
	// Without it the loop keeps polling until the environment ends: like a listening socket.
	void close();

      protected:
	LoopPoll(Napi::Env env, const char *name, Napi::Function listener);
	// Once, by `self`, which then lives until libuv has closed the handle. Throws a BpfError.
	void start(std::shared_ptr<LoopPoll> self, int fd);
	// In plain Node-API: its C++ wrapper aborts when it cannot make an exception, as in a worker being terminated.
	void call(const std::vector<napi_value> &arguments);
	// The descriptor is readable, and will be said to be again for as long as it is.
	virtual void readable() = 0;
	// libuv has let go of the descriptor.
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
