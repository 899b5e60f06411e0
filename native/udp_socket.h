// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <memory>

#include "udp_poll.h"

namespace native
{

class UdpSocket : public Napi::ObjectWrap<UdpSocket>
{
      public:
	static Napi::Function define(Napi::Env env);
	static Napi::Value open(const Napi::CallbackInfo &info);
	explicit UdpSocket(const Napi::CallbackInfo &info);

      private:
	Napi::Value send(const Napi::CallbackInfo &info);
	Napi::Value receive_buffer_bytes(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);

	std::shared_ptr<UdpPoll> poll_;
};

} // namespace native
