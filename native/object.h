// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>
#include <napi.h>

#include <memory>

#include "handle.h"

namespace native
{

struct CloseObject {
	void operator()(bpf_object *object) const
	{
		bpf_object__close(object);
	}
};
using ObjectPointer = std::unique_ptr<bpf_object, CloseObject>;

class Object : public Napi::ObjectWrap<Object>
{
      public:
	static Napi::Function define(Napi::Env env);
	static Napi::Value load(const Napi::CallbackInfo &info);
	explicit Object(const Napi::CallbackInfo &info);

      private:
	Napi::Value map_names(const Napi::CallbackInfo &info);
	Napi::Value program_names(const Napi::CallbackInfo &info);
	Napi::Value map(const Napi::CallbackInfo &info);
	Napi::Value program(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);
	bpf_object *get(Napi::Env env, const char *operation) const;

	ObjectPointer object_;
};

} // namespace native
