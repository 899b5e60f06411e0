// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include "arguments.h"
#include "handle.h"

namespace native
{

struct RawSocketParts {
	Fd fd;
	uint32_t family; // 4 or 6
};

class RawSocket : public Napi::ObjectWrap<RawSocket>
{
      public:
	static Napi::Function define(Napi::Env env);
	static Napi::Value open(const Napi::CallbackInfo &info);
	explicit RawSocket(const Napi::CallbackInfo &info);

      private:
	void send(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);

	RawSocketParts parts_;
};

} // namespace native
