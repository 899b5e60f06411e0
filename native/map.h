// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

#include "handle.h"

namespace native
{

struct MapParts {
	std::string name;
	Fd fd;
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size; // as lookup returns it
	uint32_t max_entries;
};

class Map : public Napi::ObjectWrap<Map>
{
      public:
	static Napi::Function define(Napi::Env env);
	// Duplicates `fd`, so that the handle outlives the object from which it came.
	static Napi::Object open(Napi::Env env, const std::string &name, int fd);
	static Napi::Value open_pinned(const Napi::CallbackInfo &info);
	// The open map of a JavaScript value. Throws EINVAL or EBADF.
	static const MapParts &from(const Napi::Value &value, const char *operation);
	explicit Map(const Napi::CallbackInfo &info);

      private:
	Napi::Value name(const Napi::CallbackInfo &info);
	Napi::Value type(const Napi::CallbackInfo &info);
	Napi::Value key_size(const Napi::CallbackInfo &info);
	Napi::Value value_size(const Napi::CallbackInfo &info);
	Napi::Value max_entries(const Napi::CallbackInfo &info);
	Napi::Value lookup(const Napi::CallbackInfo &info);
	void update(const Napi::CallbackInfo &info);
	Napi::Value remove(const Napi::CallbackInfo &info);
	Napi::Value update_batch(const Napi::CallbackInfo &info);
	Napi::Value keys(const Napi::CallbackInfo &info);
	Napi::Value share(const Napi::CallbackInfo &info);
	void close(const Napi::CallbackInfo &info);
	int fd(Napi::Env env, const char *operation) const;

	MapParts parts_;
};

} // namespace native
