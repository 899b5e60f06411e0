// SPDX-License-Identifier: Apache-2.0
// Converts JavaScript values to plain C++. Throws a BpfError EINVAL that names the expected and the given value.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>

namespace native
{

// Memory of a Uint8Array, valid during one call.
struct Bytes {
	const uint8_t *data;
	size_t size;
};

// One argument of a call, with its names for error messages.
class Argument
{
      public:
	Argument(const Napi::CallbackInfo &info, const char *operation, size_t index, const char *name)
	    : value_(info[index]), operation_(operation), name_(name)
	{
	}
	// A member of an options object. Undefined if the object is undefined.
	Argument(const Argument &options, const char *name);

	bool given() const
	{
		return !value_.IsUndefined();
	}
	bool flag() const;
	uint32_t number() const;
	uint32_t number_or(uint32_t otherwise) const;
	// Refuses NUL characters, since they would end a C string.
	std::string text() const;
	Bytes bytes() const;
	// Exactly this number of bytes.
	Bytes bytes(size_t expected) const;
	Napi::Function function() const;
	// A plain object.
	Napi::Object object() const;
	[[noreturn]] void reject(const std::string &why) const;

      private:
	Napi::Value value_;
	const char *operation_;
	std::string name_;
};

} // namespace native
