// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <memory>

#include "ring_poll.h"

namespace native
{

class RingBuffer : public Napi::ObjectWrap<RingBuffer>
{
      public:
	static Napi::Function define(Napi::Env env);
	static Napi::Value open(const Napi::CallbackInfo &info);
	explicit RingBuffer(const Napi::CallbackInfo &info);

      private:
	void close(const Napi::CallbackInfo &info);

	// Owned by the event loop; null once closed.
	std::shared_ptr<RingPoll> poll_;
};

} // namespace native
