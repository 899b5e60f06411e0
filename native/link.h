// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

#include "handle.h"

namespace native
{

struct LinkParts {
	Fd fd;
	std::string pin; // empty: not pinned
};

class Link : public Napi::ObjectWrap<Link>
{
      public:
	static Napi::Function define(Napi::Env env);
	static Napi::Object attach_xdp(Napi::Env env, int program_fd, uint32_t ifindex, bool native,
				       const std::string &pin);
	static Napi::Value open_pinned(const Napi::CallbackInfo &info);
	explicit Link(const Napi::CallbackInfo &info);

      private:
	Napi::Value program_id(const Napi::CallbackInfo &info);
	Napi::Value ifindex(const Napi::CallbackInfo &info);
	void update(const Napi::CallbackInfo &info);
	void destroy(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);
	int fd(Napi::Env env, const char *operation) const;

	LinkParts parts_;
};

} // namespace native
