// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

#include "handle.h"

namespace native
{

struct ProgramParts {
	std::string name;
	Fd fd;
	uint32_t id;
	uint32_t translated_bytes;
};

class Program : public Napi::ObjectWrap<Program>
{
      public:
	static Napi::Function define(Napi::Env env);
	// Duplicates `fd`.
	static Napi::Object open(Napi::Env env, const std::string &name, int fd);
	// The open program of a JavaScript value. Throws EINVAL or EBADF.
	static const ProgramParts &from(const Napi::Value &value, const char *operation);
	explicit Program(const Napi::CallbackInfo &info);

      private:
	Napi::Value name(const Napi::CallbackInfo &info);
	Napi::Value id(const Napi::CallbackInfo &info);
	Napi::Value translated_bytes(const Napi::CallbackInfo &info);
	Napi::Value attach_xdp(const Napi::CallbackInfo &info);
	Napi::Value test_run(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);
	int fd(Napi::Env env, const char *operation) const;

	ProgramParts parts_;
};

} // namespace native
