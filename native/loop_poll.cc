// SPDX-License-Identifier: Apache-2.0
#include "loop_poll.h"

#include <utility>

#include "error.h"

namespace native
{

LoopPoll::LoopPoll(Napi::Env env, const char *name, Napi::Function listener)
    : env_(env), listener_(Napi::Persistent(listener))
{
	context_.emplace(env, name);
}

void LoopPoll::start(std::shared_ptr<LoopPoll> self, int fd)
{
	uv_loop_s *loop = nullptr;
	napi_get_uv_event_loop(env_, &loop);
	if (const int error = uv_poll_init(loop, &handle_, fd))
		fail(env_, -error, "uv_poll_init");
	handle_.data = this;
	self_ = std::move(self);
	napi_add_async_cleanup_hook(env_, on_environment_end, this, &hook_);
	if (const int error = uv_poll_start(&handle_, UV_READABLE, on_readable)) {
		close();
		fail(env_, -error, "uv_poll_start");
	}
}

void LoopPoll::on_readable(uv_poll_t *handle, int, int)
{
	auto *poll = static_cast<LoopPoll *>(handle->data);
	const std::shared_ptr<LoopPoll> alive = poll->self_;
	const Napi::HandleScope scope(poll->env_);
	poll->readable();
}

void LoopPoll::call(const std::vector<napi_value> &arguments)
{
	napi_value global = nullptr, listener = nullptr;
	napi_get_global(env_, &global);
	napi_get_reference_value(env_, listener_, &listener);
	napi_make_callback(env_, *context_, global, listener, arguments.size(), arguments.data(), nullptr);
	// There is no caller to catch it: like the exception of an event emitter's listener, it is an uncaught
	// exception.
	bool thrown = false;
	napi_value exception = nullptr;
	if (napi_is_exception_pending(env_, &thrown) == napi_ok && thrown &&
	    napi_get_and_clear_last_exception(env_, &exception) == napi_ok)
		napi_fatal_exception(env_, exception);
}

void LoopPoll::close()
{
	if (std::exchange(closing_, true))
		return;
	uv_poll_stop(&handle_);
	release();
	uv_close(reinterpret_cast<uv_handle_t *>(&handle_), on_closed);
}

void LoopPoll::on_closed(uv_handle_t *handle)
{
	auto *poll = static_cast<LoopPoll *>(handle->data);
	{
		const Napi::HandleScope scope(poll->env_);
		poll->listener_.Reset();
		poll->context_.reset();
	}
	if (poll->hook_)
		napi_remove_async_cleanup_hook(poll->hook_); // from here on the environment may end
	poll->self_.reset();
}

void LoopPoll::on_environment_end(napi_async_cleanup_hook_handle, void *self)
{
	static_cast<LoopPoll *>(self)->close();
}

} // namespace native
