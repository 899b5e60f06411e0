// SPDX-License-Identifier: Apache-2.0
#include "ring_buffer.h"

#include <cerrno>

#include "arguments.h"
#include "map.h"

namespace native
{

Napi::Function RingBuffer::define(Napi::Env env)
{
	return DefineClass(env, "RingBuffer", {InstanceMethod<&RingBuffer::close>("close")});
}

Napi::Value RingBuffer::open(const Napi::CallbackInfo &info)
{
	const char *operation = "ring_buffer__new";
	const MapParts &map = Map::from(info[0], operation);
	const Argument batch(info, operation, 1, "maxBatch");
	if (batch.number() == 0)
		batch.reject("has to be at least 1");
	const Napi::Function on_records = Argument(info, operation, 2, "onRecords").function();
	Fd fd = Fd::duplicate(map.fd.get());
	if (!fd.open())
		fail(info.Env(), errno, "fcntl(F_DUPFD)", map.name);
	return construct(classes(info.Env()).ring_buffer,
			 RingPoll::start(info.Env(), std::move(fd), batch.number(), on_records));
}

RingBuffer::RingBuffer(const Napi::CallbackInfo &info)
    : Napi::ObjectWrap<RingBuffer>(info), poll_(take_parts<std::shared_ptr<RingPoll>>(info))
{
}

// Without a close() the loop keeps polling, even if this object becomes unreachable, as with a listening socket.
void RingBuffer::close(const Napi::CallbackInfo &)
{
	if (poll_)
		poll_->close();
	poll_.reset();
}

} // namespace native
