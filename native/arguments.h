// SPDX-License-Identifier: Apache-2.0
// The door: JavaScript values become plain C++ here, or a BpfError EINVAL that names what was expected and given.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>

namespace native
{

// Borrowed from a Uint8Array for the length of one call.
struct Bytes {
	const uint8_t *data;
	size_t size;
};

// One argument of a call, with the names that an error needs.
class Argument
{
      public:
	Argument(const Napi::CallbackInfo &info, const char *operation, size_t index, const char *name)
	    : value_(info[index]), operation_(operation), name_(name)
	{
	}
	// A member of an options object; undefined when the object is.
	Argument(const Argument &options, const char *name);

	bool given() const
	{
		return !value_.IsUndefined();
	}
	bool flag() const;
	uint32_t number() const;
	uint32_t number_or(uint32_t otherwise) const;
	// Without NUL characters, which C would end it at.
	std::string text() const;
	Bytes bytes() const;
	// Exactly this many.
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
