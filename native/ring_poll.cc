// SPDX-License-Identifier: Apache-2.0
#include "ring_poll.h"

#include <cerrno>

#include "error.h"

namespace native
{
namespace
{

// Ends ring_buffer__consume after the record at hand; libbpf has none for it before 1.5 (ring_buffer__consume_n).
constexpr int batch_full = -ECANCELED;

} // namespace

RingPoll::RingPoll(Napi::Env env, uint32_t max_batch, Napi::Function on_records)
    : env_(env), max_batch_(max_batch), on_records_(Napi::Persistent(on_records))
{
	context_.emplace(env, "xtrd:ring-buffer");
}

std::shared_ptr<RingPoll> RingPoll::start(Napi::Env env, Fd map, uint32_t max_batch, Napi::Function on_records)
{
	const std::shared_ptr<RingPoll> poll(new RingPoll(env, max_batch, on_records));
	LogCapture log;
	poll->map_ = std::move(map);
	poll->ring_.reset(ring_buffer__new(poll->map_.get(), keep_record, poll.get(), nullptr));
	if (!poll->ring_)
		fail(env, errno, "ring_buffer__new", "", log.text());

	uv_loop_s *loop = nullptr;
	napi_get_uv_event_loop(env, &loop);
	if (const int error = uv_poll_init(loop, &poll->handle_, ring_buffer__epoll_fd(poll->ring_.get())))
		fail(env, -error, "uv_poll_init");
	poll->handle_.data = poll.get();
	poll->self_ = poll;
	napi_add_async_cleanup_hook(env, on_environment_end, poll.get(), &poll->hook_);
	// Readable for as long as there are records: what a batch leaves behind wakes the loop again in its next turn.
	if (const int error = uv_poll_start(&poll->handle_, UV_READABLE, on_readable)) {
		poll->close();
		fail(env, -error, "uv_poll_start");
	}
	return poll;
}

// Called by libbpf, which is C: nothing may be thrown through it, so no JavaScript is touched here.
int RingPoll::keep_record(void *self, void *data, size_t size)
{
	auto *poll = static_cast<RingPoll *>(self);
	const auto *bytes = static_cast<const uint8_t *>(data);
	poll->batch_.emplace_back(bytes, bytes + size);
	return poll->batch_.size() < poll->max_batch_ ? 0 : batch_full;
}

void RingPoll::on_readable(uv_poll_t *handle, int, int)
{
	auto *poll = static_cast<RingPoll *>(handle->data);
	const std::shared_ptr<RingPoll> alive = poll->self_;
	ring_buffer__consume(poll->ring_.get());
	if (!poll->batch_.empty())
		poll->deliver();
}

// In plain Node-API: its C++ wrapper aborts when it cannot make an exception, as in a worker that is being terminated.
void RingPoll::deliver()
{
	const Napi::HandleScope scope(env_);
	const napi_value records = take_batch();
	napi_value global = nullptr, listener = nullptr;
	napi_get_global(env_, &global);
	napi_get_reference_value(env_, on_records_, &listener);
	napi_make_callback(env_, *context_, global, listener, 1, &records, nullptr);
	// Nobody is above us: what an event emitter's listener throws is an uncaught exception, and so is this.
	bool thrown = false;
	napi_value exception = nullptr;
	if (napi_is_exception_pending(env_, &thrown) == napi_ok && thrown &&
	    napi_get_and_clear_last_exception(env_, &exception) == napi_ok)
		napi_fatal_exception(env_, exception);
}

napi_value RingPoll::take_batch()
{
	napi_value records = nullptr;
	napi_create_array_with_length(env_, batch_.size(), &records);
	for (uint32_t i = 0; i < batch_.size(); i++) {
		const std::vector<uint8_t> &bytes = batch_[i];
		void *data = nullptr;
		napi_value buffer = nullptr, record = nullptr;
		if (napi_create_arraybuffer(env_, bytes.size(), &data, &buffer) != napi_ok)
			break;
		std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t *>(data));
		napi_create_typedarray(env_, napi_uint8_array, bytes.size(), buffer, 0, &record);
		napi_set_element(env_, records, i, record);
	}
	batch_.clear();
	return records;
}

void RingPoll::close()
{
	if (closing_)
		return;
	closing_ = true;
	uv_poll_stop(&handle_);
	ring_.reset(); // closes the descriptor, which libuv has let go of
	map_.reset();
	uv_close(reinterpret_cast<uv_handle_t *>(&handle_), on_closed);
}

void RingPoll::on_closed(uv_handle_t *handle)
{
	auto *poll = static_cast<RingPoll *>(handle->data);
	{
		const Napi::HandleScope scope(poll->env_);
		poll->on_records_.Reset();
		poll->context_.reset();
	}
	if (poll->hook_)
		napi_remove_async_cleanup_hook(poll->hook_); // the environment may end after this
	poll->self_.reset();
}

void RingPoll::on_environment_end(napi_async_cleanup_hook_handle, void *self)
{
	static_cast<RingPoll *>(self)->close();
}

} // namespace native
