// SPDX-License-Identifier: Apache-2.0
#include "ring_poll.h"

#include <algorithm>
#include <cerrno>

#include "error.h"

namespace native
{
namespace
{

// Ends ring_buffer__consume after the current record. libbpf has a function for that since 1.5
// (ring_buffer__consume_n).
constexpr int batch_full = -ECANCELED;

} // namespace

RingPoll::RingPoll(Napi::Env env, uint32_t max_batch, Napi::Function on_records)
    : LoopPoll(env, "xtrd:ring-buffer", on_records), max_batch_(max_batch)
{
}

std::shared_ptr<RingPoll> RingPoll::start(Napi::Env env, Fd map, uint32_t max_batch, Napi::Function on_records)
{
	const std::shared_ptr<RingPoll> poll(new RingPoll(env, max_batch, on_records));
	LogCapture log;
	poll->map_ = std::move(map);
	poll->ring_.reset(ring_buffer__new(poll->map_.get(), keep_record, poll.get(), nullptr));
	if (!poll->ring_)
		fail(env, errno, "ring_buffer__new", "", log.text());
	// The descriptor is readable as long as there are records. So the next turn of the loop reads what a batch
	// leaves.
	poll->LoopPoll::start(poll, ring_buffer__epoll_fd(poll->ring_.get()));
	return poll;
}

// Called by libbpf, which is C, so exceptions must not pass through it. So this function does not use JavaScript.
int RingPoll::keep_record(void *self, void *data, size_t size)
{
	auto *poll = static_cast<RingPoll *>(self);
	const auto *bytes = static_cast<const uint8_t *>(data);
	poll->batch_.emplace_back(bytes, bytes + size);
	return poll->batch_.size() < poll->max_batch_ ? 0 : batch_full;
}

void RingPoll::readable()
{
	ring_buffer__consume(ring_.get());
	if (!batch_.empty())
		call({take_batch()});
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

void RingPoll::release()
{
	ring_.reset(); // closes the descriptor
	map_.reset();
}

} // namespace native
